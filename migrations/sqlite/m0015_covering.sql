-- What pages ask most is answered from an index alone, or by one that knows the date.
DROP INDEX placement_by_pair;
CREATE INDEX placement_by_pair ON placement_row (pair_key, day);

DROP INDEX placement_waiting;
CREATE INDEX placement_waiting ON placement_row (state, reason, seconds)
WHERE state = 'held' OR state = 'missing' OR state = 'deleted';

DROP INDEX actual_by_person_date;
CREATE INDEX actual_by_person_date
ON actual (person_id, date, project_id, role_id, billable_minutes, nonbillable_minutes);

-- The same rows as before: links are found by their Clockify id, and a baseline that reads as what is there now is not taken
-- apart.
DROP VIEW drift;
CREATE VIEW drift AS
WITH now AS (
  SELECT r.kind, r.planning_id, r.external_id, r.baseline,
    json_object('name', c.name, 'archived', c.archived) AS current
  FROM clockify_client c
  CROSS JOIN external_reference r ON r.system = 'clockify' AND r.kind = 'client' AND r.external_id = c.id
  UNION ALL
  SELECT r.kind, r.planning_id, r.external_id, r.baseline,
    json_object('name', p.name, 'archived', p.archived, 'client_id', p.client_id, 'billable', p.billable)
  FROM clockify_project p
  CROSS JOIN external_reference r ON r.system = 'clockify' AND r.kind = 'project' AND r.external_id = p.id
  UNION ALL
  SELECT r.kind, r.planning_id, r.external_id, r.baseline,
    json_object('name', u.name, 'email', u.email, 'archived', u.is_archived)
  FROM clockify_account u
  CROSS JOIN external_reference r ON r.system = 'clockify' AND r.kind = 'person' AND r.external_id = u.id
  WHERE u.is_listed = 1
)
SELECT now.kind, now.planning_id, now.external_id, field.key AS field,
  json_extract(now.baseline, '$.' || field.key) AS linked_value, field.value AS clockify_value
FROM now, json_each(now.current) AS field
WHERE now.baseline IS NOT now.current AND now.baseline IS NOT NULL
  AND json_extract(now.baseline, '$.' || field.key) IS NOT field.value;
