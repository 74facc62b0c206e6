import ArgumentParser
import Foundation
import Planning
import Scheduling

/// The texts of the units.
struct Units {
  let schedule: NightlySchedule
  let program: String
  let folder: String
  let user: String
  /// Folders beside `folder` that the nights write to.
  var writable: [String] = []

  init(schedule: NightlySchedule, program: String?, folder: String, user: String) {
    self.schedule = schedule
    self.program = program ?? Self.thisProgram
    self.folder = folder
    self.user = user
  }

  static var thisProgram: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  /// Nothing that a unit file, a crontab or a shell would read as more than a name.
  static func validate(user: String, folder: String, program: String?) throws {
    func isPlain(_ text: String) -> Bool {
      !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !#"'"%$\;&|<>`(){}*?#"#.utf8.contains($0) }
    }
    guard isPlain(user), !user.contains("/") else { throw ValidationError("--user must be the name of a user.") }
    guard isPlain(folder), folder.hasPrefix("/") else {
      throw ValidationError("--folder must be an absolute path without blanks or special characters.")
    }
    guard program.map({ isPlain($0) && $0.hasPrefix("/") }) ?? true else {
      throw ValidationError("--program must be an absolute path without blanks or special characters.")
    }
  }

  var service: String {
    """
    [Unit]
    Description=rota: nightly import from Clockify
    Documentation=man:systemd.service(5)
    Wants=network-online.target
    After=network-online.target
    OnFailure=rota-failure.service

    [Service]
    Type=oneshot
    User=\(user)
    Group=\(user)
    WorkingDirectory=\(folder)
    ExecStart=\(program) nightly --once --config \(folder)/rota.yaml
    # The key: a root-only file that systemd hands over, never in the environment or a command line.
    LoadCredential=clockify-key:/etc/rota/clockify-key
    Environment=CLOCKIFY_API_KEY_FILE=%d/clockify-key
    # Further settings, such as ROTA_NOTIFY_SECRET_FILE; may be missing.
    EnvironmentFile=-/etc/rota/environment
    # Waiting for confirmation (4) and a partial night (3) are told by rota itself; the next night goes on.
    SuccessExitStatus=3 4
    TimeoutStartSec=6h
    TimeoutStopSec=2min
    MemoryMax=1G
    CPUWeight=50
    TasksMax=64
    UMask=0027

    # Backup and metrics folders of the settings belong here too.
    ReadWritePaths=\(([folder] + writable).joined(separator: " "))
    \(Self.hardening)
    """
  }

  /// What no part of rota needs, it does not get.
  private static let hardening = """
    ProtectSystem=strict
    ProtectHome=true
    PrivateTmp=true
    PrivateDevices=true
    PrivateUsers=true
    NoNewPrivileges=true
    ProtectKernelTunables=true
    ProtectKernelModules=true
    ProtectKernelLogs=true
    ProtectControlGroups=true
    ProtectClock=true
    ProtectHostname=true
    ProtectProc=invisible
    ProcSubset=pid
    RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
    RestrictNamespaces=true
    RestrictRealtime=true
    RestrictSUIDSGID=true
    RemoveIPC=true
    LockPersonality=true
    MemoryDenyWriteExecute=true
    SystemCallArchitectures=native
    SystemCallFilter=@system-service
    SystemCallFilter=~@privileged @resources
    CapabilityBoundingSet=
    AmbientCapabilities=
    """

  /// The web app. An import that is started there is its child and inherits the key.
  var web: String {
    """
    [Unit]
    Description=rota: the web app
    Documentation=man:systemd.service(5)
    Wants=network-online.target
    After=network-online.target

    [Service]
    User=\(user)
    Group=\(user)
    WorkingDirectory=\(folder)
    ExecStart=\(program) serve --config \(folder)/rota.yaml
    # The key: a root-only file that systemd hands over, never in the environment or a command line.
    LoadCredential=clockify-key:/etc/rota/clockify-key
    Environment=CLOCKIFY_API_KEY_FILE=%d/clockify-key
    # Further settings, such as ROTA_WEB_PUBLIC_URL; may be missing.
    EnvironmentFile=-/etc/rota/environment
    Restart=on-failure
    RestartSec=5
    # A running import is asked to stop, and keeps what arrived.
    TimeoutStopSec=1min
    KillMode=mixed
    MemoryMax=1G
    CPUWeight=50
    TasksMax=64
    UMask=0027

    ReadWritePaths=\(([folder] + writable).joined(separator: " "))
    \(Self.hardening)

    [Install]
    WantedBy=multi-user.target
    """
  }

  /// The web app's unit, and how it comes and goes.
  var systemdWeb: String {
    """
    # Install, as root, beside the nightly import ('rota schedule systemd' makes user, folder, key and database):
    #   \(program) schedule systemd --web --unit web --user \(user) --folder \(folder) > /etc/systemd/system/rota-web.service
    #   systemctl daemon-reload && systemctl enable --now rota-web.service
    # Get in:   runuser -u \(user) -- sh -c 'cd \(folder) && \(program) web link'
    # Remove:   systemctl disable --now rota-web.service && rm /etc/systemd/system/rota-web.service
    #           systemctl daemon-reload

    # /etc/systemd/system/rota-web.service
    \(web)
    """
  }

  /// The same unit takes live changes, once the settings say where: 'rota serve' is one process.
  var systemdLive: String {
    """
    # Changes as they happen, beside the nightly import ('rota schedule systemd' makes user, folder, key and database).
    # In \(folder)/rota.yaml:
    #   live:
    #     listen: 127.0.0.1:8790
    #     public_url: https://hooks.example.com      # a proxy leads /hooks/clockify/ here (docs/live.md)
    # Without a public address, instead of both:
    #     poll_seconds: 60
    # Install, as root:
    #   \(program) schedule systemd --live --unit web --user \(user) --folder \(folder) > /etc/systemd/system/rota-web.service
    #   systemctl daemon-reload && systemctl enable --now rota-web.service
    # Webhooks:  runuser -u \(user) -- sh -c 'cd \(folder) && CLOCKIFY_API_KEY_FILE=\(folder)/clockify-key \(program) webhooks install'
    # Look:      runuser -u \(user) -- sh -c 'cd \(folder) && \(program) status'
    # Remove:    \(program) webhooks remove --all, then
    #            systemctl disable --now rota-web.service && rm /etc/systemd/system/rota-web.service

    # /etc/systemd/system/rota-web.service
    \(web)
    """
  }

  var timer: String {
    """
    [Unit]
    Description=rota: every night at \(schedule.time) \(schedule.zone.name)

    [Timer]
    OnCalendar=*-*-* \(schedule.time):00 \(schedule.zone.name)
    # A night that was missed is caught up when the machine is back.
    Persistent=true
    AccuracySec=1min
    Unit=rota.service

    [Install]
    WantedBy=timers.target
    """
  }

  /// For what rota could not tell itself: it was killed, or never started.
  var failure: String {
    """
    [Unit]
    Description=rota: tell that the nightly import could not run

    [Service]
    Type=oneshot
    ExecStart=/usr/bin/logger -p user.err -t rota "the nightly import failed: journalctl -u rota.service"
    DynamicUser=true
    ProtectSystem=strict
    ProtectHome=true
    PrivateDevices=true
    PrivateNetwork=true
    NoNewPrivileges=true
    RestrictAddressFamilies=AF_UNIX
    SystemCallFilter=@system-service
    SystemCallArchitectures=native
    CapabilityBoundingSet=
    """
  }

  var systemd: String {
    """
    # Install, as root:
    #   useradd --system --home-dir \(folder) --create-home --shell /usr/sbin/nologin \(user)
    #   install -d -m 0700 /etc/rota && install -m 0600 /dev/stdin /etc/rota/clockify-key   # paste the key, Ctrl-D
    #   runuser -u \(user) -- sh -c 'cd \(folder) && \(program) init'
    #   \(program) schedule systemd --unit service\(arguments) > /etc/systemd/system/rota.service
    #   \(program) schedule systemd --unit timer\(arguments) > /etc/systemd/system/rota.timer
    #   \(program) schedule systemd --unit failure\(arguments) > /etc/systemd/system/rota-failure.service
    #   systemctl daemon-reload && systemctl enable --now rota.timer
    # Try it:   systemctl start rota.service && journalctl -u rota.service
    # Remove:   systemctl disable --now rota.timer && rm /etc/systemd/system/rota.timer /etc/systemd/system/rota*.service
    #           systemctl daemon-reload

    # /etc/systemd/system/rota.service
    \(service)

    # /etc/systemd/system/rota.timer
    \(timer)

    # /etc/systemd/system/rota-failure.service
    \(failure)
    """
  }

  private var arguments: String {
    " --at \(schedule.time) --time-zone \(schedule.zone.name) --user \(user) --folder \(folder)"
  }

  var cron: String {
    let (hour, minute) = (schedule.minute / 60, schedule.minute % 60)
    return """
      # Save as /etc/cron.d/rota (root's, mode 0644); remove the file to stop.
      # The key, in a file that only \(user) may read:   install -o \(user) -m 0400 /dev/stdin \(folder)/clockify-key
      # cron does not catch up a missed night; 'rota nightly' and the systemd timer do. A cron that does not know CRON_TZ
      # (Debian's) goes by the machine's zone: set the hour accordingly.
      CRON_TZ=\(schedule.zone.name)
      CLOCKIFY_API_KEY_FILE=\(folder)/clockify-key
      MAILTO=\(user)
      \(minute) \(hour) * * * \(user) cd \(folder) && \(program) nightly --once --quiet --config \(folder)/rota.yaml
      """
  }
}
