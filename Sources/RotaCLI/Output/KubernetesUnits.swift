import Scheduling

/// One planning database that a cluster imports into every night.
struct KubernetesUnits {
  let schedule: NightlySchedule
  let image: String
  let namespace: String
  /// Of the jobs.
  var name = "rota"
  /// The claim with the database.
  var claim = "rota"
  /// Has the Clockify key, and the database's password where it needs one.
  var secret = "rota"
  /// The secret may have the password of the database that is published to.
  var givesPassword = false
  /// In every container.
  var environment: [(name: String, value: String)] = []

  /// One company, with everything that it takes.
  var single: String {
    let arguments =
      "--image \(image) --namespace \(namespace) --at \(schedule.time) --time-zone \(schedule.zone.name)"
    return """
      # Before, once:
      #   kubectl create namespace \(namespace)
      #   kubectl -n \(namespace) create secret generic rota --from-file=clockify-key=FILE
      # Apply:    rota schedule kubernetes \(arguments) | kubectl apply -f -
      # Try it:   kubectl -n \(namespace) create job --from=cronjob/rota rota-now
      # Remove:   kubectl -n \(namespace) delete cronjob rota     (the claim with the database stays)
      # The job rota-init makes database and settings file on the volume, once; no night does.
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: rota
        namespace: \(namespace)
      spec:
        # One node at a time: the lock and SQLite need a real file system, not a network share.
        accessModes: ["ReadWriteOncePod"]
        resources:
          requests:
            storage: 5Gi
      ---
      \(jobs)
      """
  }

  /// The job that makes the database, and the one that imports.
  var jobs: String {
    let (hour, minute) = (schedule.minute / 60, schedule.minute % 60)
    return """
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: \(name)-init
        namespace: \(namespace)
      spec:
        backoffLimit: 2
        template:
      \(pod(["init", "--config", "/data/rota.yaml"], indent: 4))
      ---
      apiVersion: batch/v1
      kind: CronJob
      metadata:
        name: \(name)
        namespace: \(namespace)
      spec:
        schedule: "\(minute) \(hour) * * *"
        timeZone: "\(schedule.zone.name)"
        concurrencyPolicy: Forbid
        startingDeadlineSeconds: 39600
        successfulJobsHistoryLimit: 3
        failedJobsHistoryLimit: 7
        jobTemplate:
          spec:
            backoffLimit: 2
            activeDeadlineSeconds: 21600
            # Partial, held, busy or misused: trying again at once does not help.
            podFailurePolicy:
              rules:
                - action: FailJob
                  onExitCodes: {operator: In, values: [3, 4, 6, 64]}
            template:
      \(pod(["nightly", "--once", "--config", "/data/rota.yaml"], indent: 8))
      """
  }

  /// The pod that both jobs run, without rights it does not need. What it asks for was measured (Benchmarks/fleet.md).
  private func pod(_ arguments: [String], indent: Int) -> String {
    let list = arguments.map { "\"\($0)\"" }.joined(separator: ", ")
    let password = """

              - name: PGPASSWORD
                valueFrom:
                  secretKeyRef: {name: \(secret), key: postgres-password, optional: true}
      """
    let further = environment.map { "\n        - name: \($0.name)\n          value: \"\($0.value)\"" }.joined()
    let text = """
      spec:
        restartPolicy: Never
        automountServiceAccountToken: false
        terminationGracePeriodSeconds: 120
        securityContext:
          runAsNonRoot: true
          runAsUser: 10001
          runAsGroup: 10001
          fsGroup: 10001
          seccompProfile:
            type: RuntimeDefault
        containers:
          - name: rota
            image: "\(image)"
            args: [\(list)]
            env:
              - name: CLOCKIFY_API_KEY_FILE
                value: /run/secrets/rota/clockify-key\(further)\(givesPassword ? password : "")
            resources:
              requests: {cpu: 100m, memory: 128Mi}
              limits: {memory: 1Gi}
            securityContext:
              allowPrivilegeEscalation: false
              readOnlyRootFilesystem: true
              capabilities:
                drop: ["ALL"]
            volumeMounts:
              - {name: data, mountPath: /data}
              - {name: tmp, mountPath: /tmp}
              - {name: secret, mountPath: /run/secrets/rota, readOnly: true}
        volumes:
          - name: data
            persistentVolumeClaim:
              claimName: \(claim)
          - name: tmp
            emptyDir: {}
          - name: secret
            secret:
              secretName: \(secret)
              defaultMode: 0440
      """
    let margin = String(repeating: " ", count: indent)
    return text.split(separator: "\n").map { margin + $0 }.joined(separator: "\n")
  }
}
