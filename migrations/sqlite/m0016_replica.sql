-- Every Clockify field: further columns of what the import keeps, and the kinds that it has no use for. Columns, children
-- and what they mean are the descriptors' of the module Replicating; docs/replica.md is made from them.

ALTER TABLE clockify_workspace ADD COLUMN image_url TEXT;
ALTER TABLE clockify_workspace ADD COLUMN hourly_rate_amount INTEGER;
ALTER TABLE clockify_workspace ADD COLUMN hourly_rate_currency TEXT;
ALTER TABLE clockify_workspace ADD COLUMN cost_rate_amount INTEGER;
ALTER TABLE clockify_workspace ADD COLUMN cost_rate_currency TEXT;
ALTER TABLE clockify_workspace ADD COLUMN cake_organization_id TEXT;
ALTER TABLE clockify_workspace ADD COLUMN subdomain_name TEXT;
ALTER TABLE clockify_workspace ADD COLUMN subdomain_enabled INTEGER CHECK (subdomain_enabled IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_active_billable_hours INTEGER CHECK (settings_active_billable_hours IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_admin_only_pages TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_automatic_lock_change_day TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_automatic_lock_day_of_month INTEGER;
ALTER TABLE clockify_workspace ADD COLUMN settings_automatic_lock_first_day TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_automatic_lock_older_than_period TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_automatic_lock_older_than_value INTEGER;
ALTER TABLE clockify_workspace ADD COLUMN settings_automatic_lock_type TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_can_see_time_sheet INTEGER CHECK (settings_can_see_time_sheet IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_can_see_tracker INTEGER CHECK (settings_can_see_tracker IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_currency_format TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_default_billable_projects INTEGER CHECK (settings_default_billable_projects IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_duration_format TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_entity_creation_permissions_who_can_create_projects_and_clients TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_entity_creation_permissions_who_can_create_tags TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_entity_creation_permissions_who_can_create_tasks TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_force_description INTEGER CHECK (settings_force_description IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_force_projects INTEGER CHECK (settings_force_projects IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_force_tags INTEGER CHECK (settings_force_tags IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_force_tasks INTEGER CHECK (settings_force_tasks IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_is_project_public_by_default INTEGER CHECK (settings_is_project_public_by_default IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_lock_time_entries TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_lock_time_zone TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_multi_factor_enabled INTEGER CHECK (settings_multi_factor_enabled IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_number_format TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_only_admins_can_change_billable_status INTEGER CHECK (settings_only_admins_can_change_billable_status IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_only_admins_create_project INTEGER CHECK (settings_only_admins_create_project IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_only_admins_create_tag INTEGER CHECK (settings_only_admins_create_tag IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_only_admins_create_task INTEGER CHECK (settings_only_admins_create_task IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_only_admins_see_all_time_entries INTEGER CHECK (settings_only_admins_see_all_time_entries IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_only_admins_see_billable_rates INTEGER CHECK (settings_only_admins_see_billable_rates IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_only_admins_see_dashboard INTEGER CHECK (settings_only_admins_see_dashboard IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_only_admins_see_public_projects_entries INTEGER CHECK (settings_only_admins_see_public_projects_entries IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_project_favorites INTEGER CHECK (settings_project_favorites IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_project_grouping_label TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_project_label TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_project_picker_special_filter INTEGER CHECK (settings_project_picker_special_filter IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_round_minutes INTEGER;
ALTER TABLE clockify_workspace ADD COLUMN settings_round_round TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_task_label TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_time_rounding_in_reports INTEGER CHECK (settings_time_rounding_in_reports IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_time_tracking_mode TEXT;
ALTER TABLE clockify_workspace ADD COLUMN settings_track_time_down_to_second INTEGER CHECK (settings_track_time_down_to_second IN (0, 1));
ALTER TABLE clockify_workspace ADD COLUMN settings_working_days TEXT;
ALTER TABLE clockify_workspace ADD COLUMN raw TEXT CHECK (raw IS NULL OR json_valid(raw));
ALTER TABLE clockify_workspace ADD COLUMN row_hash INTEGER;
ALTER TABLE clockify_workspace ADD COLUMN changed_run INTEGER;
CREATE TABLE clockify_workspace_currency (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  code TEXT,
  is_default INTEGER CHECK (is_default IN (0, 1)),
  PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE TABLE clockify_workspace_feature (
  workspace_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  PRIMARY KEY (workspace_id, feature)
) STRICT;

ALTER TABLE clockify_user ADD COLUMN profile_picture TEXT;
ALTER TABLE clockify_user ADD COLUMN active_workspace TEXT;
ALTER TABLE clockify_user ADD COLUMN default_workspace TEXT;
ALTER TABLE clockify_user ADD COLUMN settings_alerts INTEGER CHECK (settings_alerts IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_approval INTEGER CHECK (settings_approval IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_collapse_all_project_lists INTEGER CHECK (settings_collapse_all_project_lists IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_dashboard_pin_to_top INTEGER CHECK (settings_dashboard_pin_to_top IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_dashboard_selection TEXT;
ALTER TABLE clockify_user ADD COLUMN settings_dashboard_view_type TEXT;
ALTER TABLE clockify_user ADD COLUMN settings_date_format TEXT;
ALTER TABLE clockify_user ADD COLUMN settings_group_similar_entries_disabled INTEGER CHECK (settings_group_similar_entries_disabled IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_invoice_reminders INTEGER CHECK (settings_invoice_reminders IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_is_compact_view_on INTEGER CHECK (settings_is_compact_view_on IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_lang TEXT;
ALTER TABLE clockify_user ADD COLUMN settings_long_running INTEGER CHECK (settings_long_running IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_multi_factor_enabled INTEGER CHECK (settings_multi_factor_enabled IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_my_start_of_day TEXT;
ALTER TABLE clockify_user ADD COLUMN settings_onboarding INTEGER CHECK (settings_onboarding IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_project_list_collapse INTEGER;
ALTER TABLE clockify_user ADD COLUMN settings_project_picker_task_filter INTEGER CHECK (settings_project_picker_task_filter IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_pto INTEGER CHECK (settings_pto IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_reminders INTEGER CHECK (settings_reminders IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_scheduled_reports INTEGER CHECK (settings_scheduled_reports IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_scheduling INTEGER CHECK (settings_scheduling IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_send_newsletter INTEGER CHECK (settings_send_newsletter IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_show_only_working_days INTEGER CHECK (settings_show_only_working_days IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_summary_report_settings_group TEXT;
ALTER TABLE clockify_user ADD COLUMN settings_summary_report_settings_subgroup TEXT;
ALTER TABLE clockify_user ADD COLUMN settings_theme TEXT;
ALTER TABLE clockify_user ADD COLUMN settings_time_format TEXT;
ALTER TABLE clockify_user ADD COLUMN settings_time_tracking_manual INTEGER CHECK (settings_time_tracking_manual IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN settings_week_start TEXT;
ALTER TABLE clockify_user ADD COLUMN settings_weekly_updates INTEGER CHECK (settings_weekly_updates IN (0, 1));
ALTER TABLE clockify_user ADD COLUMN raw TEXT CHECK (raw IS NULL OR json_valid(raw));
ALTER TABLE clockify_user ADD COLUMN row_hash INTEGER;
ALTER TABLE clockify_user ADD COLUMN changed_run INTEGER;
CREATE TABLE clockify_user_custom_field (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  custom_field_id TEXT NOT NULL,
  name TEXT,
  type TEXT,
  value TEXT,
  PRIMARY KEY (workspace_id, user_id, custom_field_id)
) STRICT;
CREATE TABLE clockify_user_role (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  role TEXT NOT NULL,
  entity_id TEXT NOT NULL,
  entity_name TEXT,
  PRIMARY KEY (workspace_id, user_id, role, entity_id)
) STRICT;

ALTER TABLE clockify_client ADD COLUMN address TEXT;
ALTER TABLE clockify_client ADD COLUMN email TEXT;
ALTER TABLE clockify_client ADD COLUMN note TEXT;
ALTER TABLE clockify_client ADD COLUMN currency_id TEXT;
ALTER TABLE clockify_client ADD COLUMN currency_code TEXT;
ALTER TABLE clockify_client ADD COLUMN raw TEXT CHECK (raw IS NULL OR json_valid(raw));
ALTER TABLE clockify_client ADD COLUMN row_hash INTEGER;
ALTER TABLE clockify_client ADD COLUMN changed_run INTEGER;
CREATE TABLE clockify_client_cc_email (
  workspace_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  email TEXT,
  PRIMARY KEY (workspace_id, client_id, position)
) STRICT;

ALTER TABLE clockify_project ADD COLUMN client_name TEXT;
ALTER TABLE clockify_project ADD COLUMN color TEXT;
ALTER TABLE clockify_project ADD COLUMN note TEXT;
ALTER TABLE clockify_project ADD COLUMN public INTEGER CHECK (public IN (0, 1));
ALTER TABLE clockify_project ADD COLUMN duration TEXT;
ALTER TABLE clockify_project ADD COLUMN duration_seconds INTEGER;
ALTER TABLE clockify_project ADD COLUMN hourly_rate_amount INTEGER;
ALTER TABLE clockify_project ADD COLUMN hourly_rate_currency TEXT;
ALTER TABLE clockify_project ADD COLUMN cost_rate_amount INTEGER;
ALTER TABLE clockify_project ADD COLUMN cost_rate_currency TEXT;
ALTER TABLE clockify_project ADD COLUMN estimate_estimate TEXT;
ALTER TABLE clockify_project ADD COLUMN estimate_estimate_seconds INTEGER;
ALTER TABLE clockify_project ADD COLUMN estimate_type TEXT;
ALTER TABLE clockify_project ADD COLUMN time_estimate_active INTEGER CHECK (time_estimate_active IN (0, 1));
ALTER TABLE clockify_project ADD COLUMN time_estimate_estimate TEXT;
ALTER TABLE clockify_project ADD COLUMN time_estimate_estimate_seconds INTEGER;
ALTER TABLE clockify_project ADD COLUMN time_estimate_type TEXT;
ALTER TABLE clockify_project ADD COLUMN time_estimate_reset_option TEXT;
ALTER TABLE clockify_project ADD COLUMN time_estimate_include_non_billable INTEGER CHECK (time_estimate_include_non_billable IN (0, 1));
ALTER TABLE clockify_project ADD COLUMN budget_estimate_active INTEGER CHECK (budget_estimate_active IN (0, 1));
ALTER TABLE clockify_project ADD COLUMN budget_estimate_estimate INTEGER;
ALTER TABLE clockify_project ADD COLUMN budget_estimate_type TEXT;
ALTER TABLE clockify_project ADD COLUMN budget_estimate_reset_option TEXT;
ALTER TABLE clockify_project ADD COLUMN budget_estimate_include_expenses INTEGER CHECK (budget_estimate_include_expenses IN (0, 1));
ALTER TABLE clockify_project ADD COLUMN estimate_reset TEXT;
ALTER TABLE clockify_project ADD COLUMN currency_id TEXT;
ALTER TABLE clockify_project ADD COLUMN currency_code TEXT;
ALTER TABLE clockify_project ADD COLUMN raw TEXT CHECK (raw IS NULL OR json_valid(raw));
ALTER TABLE clockify_project ADD COLUMN row_hash INTEGER;
ALTER TABLE clockify_project ADD COLUMN changed_run INTEGER;
CREATE TABLE clockify_project_custom_field (
  workspace_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  custom_field_id TEXT NOT NULL,
  name TEXT,
  type TEXT,
  status TEXT,
  value TEXT,
  PRIMARY KEY (workspace_id, project_id, custom_field_id)
) STRICT;

CREATE TABLE clockify_task (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  project_id TEXT,
  name TEXT,
  status TEXT,
  billable INTEGER CHECK (billable IN (0, 1)),
  assignee_id TEXT,
  estimate TEXT,
  estimate_seconds INTEGER,
  duration TEXT,
  duration_seconds INTEGER,
  budget_estimate INTEGER,
  hourly_rate_amount INTEGER,
  hourly_rate_currency TEXT,
  cost_rate_amount INTEGER,
  cost_rate_currency TEXT,
  is_listed INTEGER NOT NULL DEFAULT 1 CHECK (is_listed IN (0, 1)),
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE TABLE clockify_task_assignee (
  workspace_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, task_id, user_id)
) STRICT;
CREATE TABLE clockify_task_user_group (
  workspace_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  user_group_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, task_id, user_group_id)
) STRICT;

CREATE TABLE clockify_tag (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  archived INTEGER CHECK (archived IN (0, 1)),
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;

ALTER TABLE clockify_user_group ADD COLUMN raw TEXT CHECK (raw IS NULL OR json_valid(raw));
ALTER TABLE clockify_user_group ADD COLUMN row_hash INTEGER;
ALTER TABLE clockify_user_group ADD COLUMN changed_run INTEGER;
CREATE TABLE clockify_user_group_manager (
  workspace_id TEXT NOT NULL,
  user_group_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  name TEXT,
  PRIMARY KEY (workspace_id, user_group_id, user_id)
) STRICT;

CREATE TABLE clockify_custom_field (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  type TEXT,
  entity_type TEXT,
  status TEXT,
  required INTEGER CHECK (required IN (0, 1)),
  description TEXT,
  placeholder TEXT,
  only_admin_can_edit INTEGER CHECK (only_admin_can_edit IN (0, 1)),
  workspace_default_value TEXT,
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE TABLE clockify_custom_field_allowed_value (
  workspace_id TEXT NOT NULL,
  custom_field_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  value TEXT,
  PRIMARY KEY (workspace_id, custom_field_id, position)
) STRICT;
CREATE TABLE clockify_custom_field_project_default (
  workspace_id TEXT NOT NULL,
  custom_field_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  status TEXT,
  value TEXT,
  PRIMARY KEY (workspace_id, custom_field_id, project_id)
) STRICT;

CREATE TABLE clockify_holiday (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  start_date TEXT,
  end_date TEXT,
  occurs_annually INTEGER CHECK (occurs_annually IN (0, 1)),
  everyone_including_new INTEGER CHECK (everyone_including_new IN (0, 1)),
  automatic_time_entry_creation INTEGER CHECK (automatic_time_entry_creation IN (0, 1)),
  project_id TEXT,
  task_id TEXT,
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE TABLE clockify_holiday_user (
  workspace_id TEXT NOT NULL,
  holiday_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, holiday_id, user_id)
) STRICT;
CREATE TABLE clockify_holiday_user_group (
  workspace_id TEXT NOT NULL,
  holiday_id TEXT NOT NULL,
  user_group_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, holiday_id, user_group_id)
) STRICT;

CREATE TABLE clockify_time_off_policy (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  archived INTEGER CHECK (archived IN (0, 1)),
  time_unit TEXT,
  allow_half_day INTEGER CHECK (allow_half_day IN (0, 1)),
  allow_negative_balance INTEGER CHECK (allow_negative_balance IN (0, 1)),
  everyone_including_new INTEGER CHECK (everyone_including_new IN (0, 1)),
  project_id TEXT,
  approve_requires_approval INTEGER CHECK (approve_requires_approval IN (0, 1)),
  approve_specific_members INTEGER CHECK (approve_specific_members IN (0, 1)),
  approve_team_managers INTEGER CHECK (approve_team_managers IN (0, 1)),
  automatic_accrual_amount REAL,
  automatic_accrual_period TEXT,
  automatic_accrual_time_unit TEXT,
  automatic_time_entry_creation_enabled INTEGER CHECK (automatic_time_entry_creation_enabled IN (0, 1)),
  automatic_time_entry_creation_project_id TEXT,
  automatic_time_entry_creation_task_id TEXT,
  negative_balance_amount REAL,
  negative_balance_period TEXT,
  negative_balance_should_reset INTEGER CHECK (negative_balance_should_reset IN (0, 1)),
  negative_balance_time_unit TEXT,
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE TABLE clockify_time_off_policy_user (
  workspace_id TEXT NOT NULL,
  time_off_policy_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, time_off_policy_id, user_id)
) STRICT;
CREATE TABLE clockify_time_off_policy_user_group (
  workspace_id TEXT NOT NULL,
  time_off_policy_id TEXT NOT NULL,
  user_group_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, time_off_policy_id, user_group_id)
) STRICT;
CREATE TABLE clockify_time_off_policy_approver (
  workspace_id TEXT NOT NULL,
  time_off_policy_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, time_off_policy_id, user_id)
) STRICT;

CREATE TABLE clockify_time_off_request (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  policy_id TEXT,
  user_id TEXT,
  requester_user_id TEXT,
  time_unit TEXT,
  balance REAL,
  balance_diff REAL,
  created_at TEXT,
  note TEXT,
  status_status_type TEXT,
  status_changed_at TEXT,
  status_changed_by_user_id TEXT,
  status_changed_by_user_name TEXT,
  status_changed_for_user_name TEXT,
  status_note TEXT,
  time_off_period_half_day INTEGER CHECK (time_off_period_half_day IN (0, 1)),
  time_off_period_half_day_period TEXT,
  time_off_period_start TEXT,
  time_off_period_end TEXT,
  time_off_period_half_day_start TEXT,
  time_off_period_half_day_end TEXT,
  user_time_zone TEXT,
  first_date TEXT,
  last_date TEXT,
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;

CREATE TABLE clockify_time_off_balance (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  policy_id TEXT,
  user_id TEXT,
  balance REAL,
  used REAL,
  total REAL,
  negative_balance_amount REAL,
  negative_balance_limit INTEGER CHECK (negative_balance_limit IN (0, 1)),
  policy_time_unit TEXT,
  policy_archived INTEGER CHECK (policy_archived IN (0, 1)),
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;

CREATE TABLE clockify_assignment (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT,
  project_id TEXT,
  task_id TEXT,
  client_id TEXT,
  billable INTEGER CHECK (billable IN (0, 1)),
  hours_per_day REAL,
  period_start TEXT,
  period_end TEXT,
  start_time TEXT,
  note TEXT,
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;

CREATE TABLE clockify_approval (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  owner_user_id TEXT,
  owner_user_name TEXT,
  owner_start_of_week TEXT,
  owner_time_zone TEXT,
  creator_user_id TEXT,
  creator_user_name TEXT,
  creator_user_email TEXT,
  date_range_start TEXT,
  date_range_end TEXT,
  status_state TEXT,
  status_note TEXT,
  status_updated_at TEXT,
  status_updated_by TEXT,
  status_updated_by_user_name TEXT,
  tracked_time TEXT,
  tracked_time_seconds INTEGER,
  approved_time TEXT,
  approved_time_seconds INTEGER,
  pending_time TEXT,
  pending_time_seconds INTEGER,
  billable_time TEXT,
  billable_time_seconds INTEGER,
  break_time TEXT,
  break_time_seconds INTEGER,
  billable_amount REAL,
  cost_amount REAL,
  expense_total REAL,
  is_listed INTEGER CHECK (is_listed IN (0, 1)),
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE TABLE clockify_approval_entry (
  workspace_id TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  time_entry_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, approval_id, time_entry_id)
) STRICT;
CREATE TABLE clockify_approval_expense (
  workspace_id TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  expense_id TEXT NOT NULL,
  approval_status TEXT,
  detailed_approval_status TEXT,
  PRIMARY KEY (workspace_id, approval_id, expense_id)
) STRICT;

CREATE TABLE clockify_expense_category (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  archived INTEGER CHECK (archived IN (0, 1)),
  has_unit_price INTEGER CHECK (has_unit_price IN (0, 1)),
  unit TEXT,
  price_in_cents INTEGER,
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;

CREATE TABLE clockify_expense (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT,
  category_id TEXT,
  project_id TEXT,
  task_id TEXT,
  date TEXT,
  quantity REAL,
  total REAL,
  billable INTEGER CHECK (billable IN (0, 1)),
  is_locked INTEGER CHECK (is_locked IN (0, 1)),
  notes TEXT,
  file_id TEXT,
  file_name TEXT,
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;

CREATE TABLE clockify_invoice (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  number TEXT,
  client_id TEXT,
  client_name TEXT,
  status TEXT,
  issued_date TEXT,
  due_date TEXT,
  currency TEXT,
  amount INTEGER,
  balance INTEGER,
  paid INTEGER,
  bill_from TEXT,
  calculation_type TEXT,
  client_address TEXT,
  company_id TEXT,
  contains_imported_expenses INTEGER CHECK (contains_imported_expenses IN (0, 1)),
  contains_imported_times INTEGER CHECK (contains_imported_times IN (0, 1)),
  discount REAL,
  discount_amount INTEGER,
  note TEXT,
  subject TEXT,
  subtotal INTEGER,
  tax REAL,
  tax_amount INTEGER,
  tax2 REAL,
  tax2_amount INTEGER,
  tax_type TEXT,
  user_id TEXT,
  visible_zero_fields TEXT,
  detail_run INTEGER,
  list_hash INTEGER,
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE TABLE clockify_invoice_item (
  workspace_id TEXT NOT NULL,
  invoice_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  description TEXT,
  item_type TEXT,
  import_type TEXT,
  apply_taxes TEXT,
  quantity INTEGER,
  unit_price INTEGER,
  amount INTEGER,
  time_entry_ids TEXT,
  expense_ids TEXT,
  PRIMARY KEY (workspace_id, invoice_id, position)
) STRICT;
CREATE TABLE clockify_invoice_payment (
  workspace_id TEXT NOT NULL,
  invoice_id TEXT NOT NULL,
  id TEXT NOT NULL,
  amount INTEGER,
  date TEXT,
  note TEXT,
  author TEXT,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, invoice_id, id)
) STRICT;

CREATE TABLE clockify_member_profile (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  email TEXT,
  image_url TEXT,
  week_start TEXT,
  work_capacity TEXT,
  work_capacity_seconds INTEGER,
  working_days TEXT,
  has_password INTEGER CHECK (has_password IN (0, 1)),
  workspace_number INTEGER,
  read_at TEXT,
  raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
  row_hash INTEGER,
  changed_run INTEGER,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE TABLE clockify_member_profile_custom_field (
  workspace_id TEXT NOT NULL,
  member_profile_id TEXT NOT NULL,
  custom_field_id TEXT NOT NULL,
  name TEXT,
  type TEXT,
  source_type TEXT,
  value TEXT,
  PRIMARY KEY (workspace_id, member_profile_id, custom_field_id)
) STRICT;

CREATE TABLE replica_state (
  workspace_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('complete', 'not_available', 'failed', 'waiting')),
  asked_at TEXT,
  complete_at TEXT,
  complete_run INTEGER,
  rows INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  http_status INTEGER,
  code TEXT,
  covered_from TEXT,
  PRIMARY KEY (workspace_id, kind)
) STRICT;
CREATE TABLE replica_note (
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  problem TEXT NOT NULL,
  first_run INTEGER,
  PRIMARY KEY (kind, path, problem)
) STRICT;

CREATE INDEX clockify_task_by_project ON clockify_task (workspace_id, project_id);

-- Who is a member of what, and at what rates: of the workspace, of projects, of groups.
ALTER TABLE clockify_membership ADD COLUMN hourly_rate_amount INTEGER;
ALTER TABLE clockify_membership ADD COLUMN hourly_rate_currency TEXT;
ALTER TABLE clockify_membership ADD COLUMN cost_rate_amount INTEGER;
ALTER TABLE clockify_membership ADD COLUMN cost_rate_currency TEXT;
ALTER TABLE clockify_membership ADD COLUMN changed_run INTEGER;

-- What the settings name is what this installation reads.
ALTER TABLE clockify_workspace ADD COLUMN is_selected INTEGER AS (is_named) VIRTUAL;

-- Time entries: locked or not; null: never read with details. What few entries have stands beside the hot rows.
ALTER TABLE clockify_time_entry_row ADD COLUMN is_locked INTEGER;
DROP VIEW clockify_time_entry;
CREATE VIEW clockify_time_entry AS
SELECT entry_key, id,
  (SELECT text FROM clockify_text WHERE text_key = workspace) AS workspace_id,
  (SELECT text FROM clockify_text WHERE text_key = user) AS user_id,
  (SELECT text FROM clockify_text WHERE text_key = project) AS project_id,
  (SELECT text FROM clockify_text WHERE text_key = task) AS task_id,
  description, billable,
  (SELECT text FROM clockify_text WHERE text_key = e.type) AS type,
  strftime('%Y-%m-%dT%H:%M:%SZ', e.start, 'unixepoch') AS start,
  strftime('%Y-%m-%dT%H:%M:%SZ', e."end", 'unixepoch') AS "end",
  (SELECT text FROM clockify_text WHERE text_key = e.time_zone) AS time_zone,
  content_hash, detail_hash, first_seen_run, deleted_at, is_locked
FROM clockify_time_entry_row e;

CREATE TABLE clockify_time_entry_tag (
  entry_key INTEGER NOT NULL,
  tag_id TEXT NOT NULL,
  PRIMARY KEY (entry_key, tag_id)
) STRICT, WITHOUT ROWID;
-- value: JSON.
CREATE TABLE clockify_time_entry_custom_field (
  entry_key INTEGER NOT NULL,
  custom_field_id TEXT NOT NULL,
  name TEXT,
  type TEXT,
  value TEXT,
  PRIMARY KEY (entry_key, custom_field_id)
) STRICT, WITHOUT ROWID;
-- Amounts in minor units, decimals as the report sends them; stated_seconds only where it differs from end - start.
CREATE TABLE clockify_time_entry_detail (
  entry_key INTEGER PRIMARY KEY,
  approval_request_id TEXT,
  kiosk_id TEXT,
  currency TEXT,
  hourly_rate_amount REAL,
  earned_amount REAL,
  cost_rate_amount REAL,
  cost_amount REAL,
  stated_seconds INTEGER,
  invoicing_info TEXT,
  raw TEXT
) STRICT;

-- For BI. Nothing is hidden: deleted rows say so. Amounts in major units (a hundredth is a minor unit), hours as decimals.
CREATE VIEW time_entry_detail AS
SELECT e.id AS time_entry_id, w.id AS workspace_id, w.name AS workspace, u.id AS user_id, u.name AS user_name,
  u.email AS user_email, e.project_id AS clockify_project_id, p.name AS project, p.client_id AS clockify_client_id,
  ifnull(c.name, p.client_name) AS client, e.task_id, t.name AS task,
  (SELECT group_concat(name, ', ') FROM (
    SELECT ifnull(g.name, x.tag_id) AS name FROM clockify_time_entry_tag x
    LEFT JOIN clockify_tag g ON g.workspace_id = e.workspace_id AND g.id = x.tag_id
    WHERE x.entry_key = e.entry_key ORDER BY 1)) AS tags,
  e.description, e.type, e.billable, e.is_locked,
  strftime('%Y-%m-%dT%H:%M:%SZ', e.start, 'unixepoch') AS started_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', e."end", 'unixepoch') AS ended_at, e.time_zone, l.date, e.seconds,
  round(e.seconds / 3600.0, 4) AS hours,
  CASE WHEN e.seconds > 0 THEN 'PT' || iif(e.seconds >= 3600, (e.seconds / 3600) || 'H', '')
    || iif(e.seconds / 60 % 60 > 0, (e.seconds / 60 % 60) || 'M', '') || iif(e.seconds % 60 > 0, (e.seconds % 60) || 'S', '')
    WHEN e.seconds = 0 THEN 'PT0S' END AS duration,
  d.currency, d.hourly_rate_amount / 100.0 AS hourly_rate, d.earned_amount / 100.0 AS earned,
  d.cost_rate_amount / 100.0 AS cost_rate, d.cost_amount / 100.0 AS cost, d.approval_request_id,
  a.status_state AS approval_state, d.kiosk_id, l.state, l.reason, l.person_id, l.project_id, l.role_id, e.deleted_at
FROM (
  SELECT r.entry_key, r.id, r.description, r.billable, r.is_locked, r.start, r."end", r.deleted_at,
    max(0, r."end" - r.start) AS seconds,
    (SELECT text FROM clockify_text WHERE text_key = r.workspace) AS workspace_id,
    (SELECT text FROM clockify_text WHERE text_key = r.user) AS user_id,
    (SELECT text FROM clockify_text WHERE text_key = r.project) AS project_id,
    (SELECT text FROM clockify_text WHERE text_key = r.task) AS task_id,
    (SELECT text FROM clockify_text WHERE text_key = r.type) AS type,
    (SELECT text FROM clockify_text WHERE text_key = r.time_zone) AS time_zone
  FROM clockify_time_entry_row r) e
LEFT JOIN placement l ON l.entry_key = e.entry_key
LEFT JOIN clockify_time_entry_detail d ON d.entry_key = e.entry_key
LEFT JOIN clockify_workspace w ON w.id = e.workspace_id
LEFT JOIN clockify_user u ON u.workspace_id = e.workspace_id AND u.id = e.user_id
LEFT JOIN clockify_project p ON p.workspace_id = e.workspace_id AND p.id = e.project_id
LEFT JOIN clockify_client c ON c.workspace_id = e.workspace_id AND c.id = p.client_id
LEFT JOIN clockify_task t ON t.workspace_id = e.workspace_id AND t.id = e.task_id
LEFT JOIN clockify_approval a ON a.workspace_id = e.workspace_id AND a.id = d.approval_request_id;

CREATE VIEW time_entry_tag_detail AS
SELECT e.id AS time_entry_id, x.tag_id, g.name AS tag, w.text AS workspace_id, e.deleted_at
FROM clockify_time_entry_tag x
JOIN clockify_time_entry_row e ON e.entry_key = x.entry_key
JOIN clockify_text w ON w.text_key = e.workspace
LEFT JOIN clockify_tag g ON g.workspace_id = w.text AND g.id = x.tag_id;

-- Time that counts: neither missing nor deleted.
CREATE VIEW task_detail AS
SELECT t.workspace_id, t.id AS task_id, t.name AS task, t.status, t.billable, t.project_id AS clockify_project_id,
  p.name AS project, p.client_id AS clockify_client_id, ifnull(c.name, p.client_name) AS client,
  t.estimate_seconds / 3600.0 AS estimate_hours, t.duration_seconds / 3600.0 AS clockify_hours,
  ifnull(h.seconds, 0) / 3600.0 AS hours, ifnull(h.billable_seconds, 0) / 3600.0 AS billable_hours,
  (SELECT group_concat(name, ', ') FROM (
    SELECT ifnull(u.name, a.user_id) AS name FROM clockify_task_assignee a
    LEFT JOIN clockify_user u ON u.workspace_id = a.workspace_id AND u.id = a.user_id
    WHERE a.workspace_id = t.workspace_id AND a.task_id = t.id ORDER BY 1)) AS assignees,
  t.hourly_rate_amount / 100.0 AS hourly_rate, t.cost_rate_amount / 100.0 AS cost_rate, t.deleted_at
FROM clockify_task t
LEFT JOIN clockify_project p ON p.workspace_id = t.workspace_id AND p.id = t.project_id
LEFT JOIN clockify_client c ON c.workspace_id = t.workspace_id AND c.id = p.client_id
LEFT JOIN (
  SELECT w.text AS workspace_id, k.text AS task_id, sum(max(0, r."end" - r.start)) AS seconds,
    sum(CASE WHEN r.billable = 1 THEN max(0, r."end" - r.start) ELSE 0 END) AS billable_seconds
  FROM clockify_time_entry_row r
  JOIN clockify_text w ON w.text_key = r.workspace
  JOIN clockify_text k ON k.text_key = r.task
  LEFT JOIN placement_row l ON l.entry_key = r.entry_key
  WHERE ifnull(l.state, '') NOT IN ('missing', 'deleted')
  GROUP BY 1, 2) h ON h.workspace_id = t.workspace_id AND h.task_id = t.id;

CREATE VIEW project_budget AS
SELECT p.workspace_id, p.id AS clockify_project_id, p.name AS project, p.client_id AS clockify_client_id,
  ifnull(c.name, p.client_name) AS client,
  CASE WHEN p.time_estimate_active = 0 THEN NULL
    ELSE ifnull(p.time_estimate_estimate_seconds, nullif(p.estimate_estimate_seconds, 0)) / 3600.0 END AS time_estimate_hours,
  ifnull(h.seconds, 0) / 3600.0 AS logged_hours,
  CASE WHEN p.time_estimate_active = 0 THEN NULL
    ELSE (ifnull(p.time_estimate_estimate_seconds, nullif(p.estimate_estimate_seconds, 0)) - ifnull(h.seconds, 0)) / 3600.0
    END AS left_hours,
  CASE WHEN p.budget_estimate_active = 0 THEN NULL ELSE p.budget_estimate_estimate / 100.0 END AS budget_estimate,
  h.earned / 100.0 AS earned,
  CASE WHEN p.budget_estimate_active = 0 THEN NULL ELSE (p.budget_estimate_estimate - ifnull(h.earned, 0)) / 100.0 END
    AS budget_left,
  ifnull(p.currency_code, p.hourly_rate_currency) AS currency, p.deleted_at
FROM clockify_project p
LEFT JOIN clockify_client c ON c.workspace_id = p.workspace_id AND c.id = p.client_id
LEFT JOIN (
  SELECT w.text AS workspace_id, k.text AS project_id, sum(max(0, r."end" - r.start)) AS seconds, sum(d.earned_amount) AS earned
  FROM clockify_time_entry_row r
  JOIN clockify_text w ON w.text_key = r.workspace
  JOIN clockify_text k ON k.text_key = r.project
  LEFT JOIN placement_row l ON l.entry_key = r.entry_key
  LEFT JOIN clockify_time_entry_detail d ON d.entry_key = r.entry_key
  WHERE ifnull(l.state, '') NOT IN ('missing', 'deleted')
  GROUP BY 1, 2) h ON h.workspace_id = p.workspace_id AND h.project_id = p.id;

CREATE VIEW membership_detail AS
SELECT m.workspace_id, m.user_id, ifnull(u.name, g.name) AS user_name, u.email AS user_email, m.membership_type,
  m.target_id, coalesce(p.name, h.name, w.name) AS target, m.membership_status,
  m.hourly_rate_amount / 100.0 AS hourly_rate, m.hourly_rate_currency,
  m.cost_rate_amount / 100.0 AS cost_rate, m.cost_rate_currency, m.deleted_at
FROM clockify_membership m
LEFT JOIN clockify_user u ON u.workspace_id = m.workspace_id AND u.id = m.user_id
LEFT JOIN clockify_user_group g ON g.workspace_id = m.workspace_id AND g.id = m.user_id
LEFT JOIN clockify_project p ON p.workspace_id = m.workspace_id AND p.id = m.target_id
LEFT JOIN clockify_user_group h ON h.workspace_id = m.workspace_id AND h.id = m.target_id
LEFT JOIN clockify_workspace w ON w.id = m.target_id;

CREATE VIEW user_group_detail AS
SELECT g.workspace_id, g.id AS user_group_id, g.name AS user_group, m.user_id, u.name AS user_name, u.email AS user_email,
  'member' AS part, ifnull(m.deleted_at, g.deleted_at) AS deleted_at
FROM clockify_user_group g
JOIN clockify_membership m ON m.workspace_id = g.workspace_id AND m.target_id = g.id
LEFT JOIN clockify_user u ON u.workspace_id = m.workspace_id AND u.id = m.user_id
UNION ALL
SELECT g.workspace_id, g.id, g.name, m.user_id, ifnull(u.name, m.name), u.email, 'manager', g.deleted_at
FROM clockify_user_group g
JOIN clockify_user_group_manager m ON m.workspace_id = g.workspace_id AND m.user_group_id = g.id
LEFT JOIN clockify_user u ON u.workspace_id = m.workspace_id AND u.id = m.user_id;

CREATE VIEW time_off_detail AS
SELECT r.workspace_id, r.id AS time_off_request_id, r.user_id, u.name AS user_name, u.email AS user_email, r.policy_id,
  p.name AS policy, r.status_status_type AS status, r.first_date, r.last_date, r.time_off_period_half_day AS half_day,
  r.time_off_period_half_day_period AS half_day_period, r.time_unit, r.balance_diff, r.note, r.deleted_at
FROM clockify_time_off_request r
LEFT JOIN clockify_user u ON u.workspace_id = r.workspace_id AND u.id = r.user_id
LEFT JOIN clockify_time_off_policy p ON p.workspace_id = r.workspace_id AND p.id = r.policy_id;

-- Rows of the plan that were taken from Clockify by command: of what, and as they were written. What differs from that was
-- edited here, and stays.
ALTER TABLE assignment ADD COLUMN origin TEXT NOT NULL DEFAULT 'manual' CHECK (origin IN ('manual', 'clockify'));
ALTER TABLE assignment ADD COLUMN external_id TEXT;
ALTER TABLE assignment ADD COLUMN imported TEXT;
ALTER TABLE time_off ADD COLUMN origin TEXT NOT NULL DEFAULT 'manual' CHECK (origin IN ('manual', 'clockify'));
ALTER TABLE time_off ADD COLUMN external_id TEXT;
ALTER TABLE time_off ADD COLUMN imported TEXT;
ALTER TABLE holiday ADD COLUMN origin TEXT NOT NULL DEFAULT 'manual' CHECK (origin IN ('manual', 'clockify'));
ALTER TABLE holiday ADD COLUMN external_id TEXT;
ALTER TABLE holiday ADD COLUMN imported TEXT;
