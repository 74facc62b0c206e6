extension PostgresSchema {
  /// The views of the planning database that BI tools ask for, with the tenant in front (docs/schema.md).
  var views: [String] {
    func table(_ name: String) -> String { self.table(name) }
    return [
      """
      CREATE OR REPLACE VIEW \(table("actual_detail")) AS
      SELECT
        a.tenant, a.person_id, a.project_id, a.role_id, a.date,
        client.id AS client_id, client.name AS client, project.name AS project, person.name AS person, role.name AS role,
        a.billable_minutes, a.nonbillable_minutes,
        (a.billable_minutes + a.nonbillable_minutes) / 60.0::double precision AS hours,
        a.billable_minutes / 60.0::double precision AS billable_hours,
        CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin, a.import_run_id, a.updated_at
      FROM \(table("actual")) a
      JOIN \(table("person")) person ON person.tenant = a.tenant AND person.id = a.person_id
      JOIN \(table("project")) project ON project.tenant = a.tenant AND project.id = a.project_id
      JOIN \(table("client")) client ON client.tenant = a.tenant AND client.id = project.client_id
      JOIN \(table("role")) role ON role.tenant = a.tenant AND role.id = a.role_id
      """,
      """
      CREATE OR REPLACE VIEW \(table("assignment_day")) AS
      SELECT
        d.tenant, d.assignment_id, d.person_id, d.project_id, d.role_id, d.date,
        CASE
          WHEN NOT d.is_non_working_day AND (NOT d.works OR d.is_holiday) THEN 0
          WHEN d.off >= d.contract_minutes THEN 0
          WHEN d.off > 0
            THEN (2 * d.minutes * (d.contract_minutes - d.off) + d.contract_minutes) / (2 * d.contract_minutes)
          ELSE d.minutes
        END AS scheduled_minutes
      FROM (
        SELECT
          a.tenant, a.id AS assignment_id, a.person_id, a.project_id, a.role_id, day.date, a.minutes_per_day AS minutes,
          a.is_non_working_day, c.minutes_per_day AS contract_minutes,
          position(substr('sunmontuewedthufrisat', 3 * extract(dow FROM day.date)::integer + 1, 3) IN c.working_days) > 0
            AS works,
          EXISTS (
            SELECT 1 FROM \(table("holiday")) h WHERE h.tenant = a.tenant AND h.date = day.date
              AND (h.holiday_group IS NULL OR h.holiday_group = person.holiday_group)) AS is_holiday,
          (SELECT sum(coalesce(t.minutes_per_day, 1440))::bigint FROM \(table("time_off")) t
            WHERE t.tenant = a.tenant AND t.person_id = a.person_id AND day.date BETWEEN t.starts_on AND t.ends_on) AS off
        FROM \(table("assignment")) a
        JOIN \(table("day")) day ON day.date BETWEEN a.starts_on AND a.ends_on
        JOIN \(table("person")) person ON person.tenant = a.tenant AND person.id = a.person_id
        JOIN \(table("contract")) c ON c.tenant = a.tenant AND c.person_id = a.person_id
          AND (c.starts_on IS NULL OR day.date >= c.starts_on) AND (c.ends_on IS NULL OR day.date <= c.ends_on)
      ) AS d
      """,
      """
      CREATE OR REPLACE VIEW \(table("plan_vs_actual")) AS
      SELECT
        coalesce(a.tenant, p.tenant) AS tenant, coalesce(a.person_id, p.person_id) AS person_id,
        coalesce(a.project_id, p.project_id) AS project_id, coalesce(a.role_id, p.role_id) AS role_id,
        person.name AS person, project.name AS project, role.name AS role, coalesce(a.date, p.date) AS date,
        coalesce(p.scheduled_minutes, 0) AS scheduled_minutes,
        a.billable_minutes + a.nonbillable_minutes AS actual_minutes,
        CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin
      FROM \(table("actual")) a
      FULL JOIN (
        SELECT tenant, person_id, project_id, role_id, date, sum(scheduled_minutes)::bigint AS scheduled_minutes
        FROM \(table("assignment_day")) GROUP BY tenant, person_id, project_id, role_id, date
        HAVING sum(scheduled_minutes) > 0
      ) AS p ON p.tenant = a.tenant AND p.person_id = a.person_id AND p.project_id = a.project_id AND p.role_id = a.role_id
        AND p.date = a.date
      JOIN \(table("person")) person
        ON person.tenant = coalesce(a.tenant, p.tenant) AND person.id = coalesce(a.person_id, p.person_id)
      JOIN \(table("project")) project
        ON project.tenant = coalesce(a.tenant, p.tenant) AND project.id = coalesce(a.project_id, p.project_id)
      JOIN \(table("role")) role
        ON role.tenant = coalesce(a.tenant, p.tenant) AND role.id = coalesce(a.role_id, p.role_id)
      """,
    ]
  }
}
