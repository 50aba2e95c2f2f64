-- core 0015: generated from the revisions by `sinmungo headsql`, not by hand.
CREATE TABLE access_log (
  id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  officer_id uuid,
  address text NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid,
  act text NOT NULL,
  CONSTRAINT pk_access_log PRIMARY KEY (id)
);
CREATE INDEX ix_access_log_at ON access_log USING btree (at);
CREATE TABLE city_keys (
  id uuid NOT NULL,
  wrapped bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT pk_city_keys PRIMARY KEY (id)
);
CREATE TABLE events (
  id uuid NOT NULL,
  kind text NOT NULL,
  version integer NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  seq integer NOT NULL,
  occurred_at timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  actor_id uuid,
  actor_unit_id uuid,
  payload jsonb NOT NULL,
  CONSTRAINT pk_events PRIMARY KEY (id)
);
CREATE INDEX ix_events_kind_occurred_at ON events USING btree (kind, occurred_at);
CREATE INDEX ix_events_subject_id_seq ON events USING btree (subject_id, seq);
CREATE TABLE hook_failures (
  id uuid NOT NULL,
  plugin text NOT NULL,
  hook text NOT NULL,
  error text NOT NULL,
  happened_at timestamp with time zone NOT NULL,
  CONSTRAINT pk_hook_failures PRIMARY KEY (id)
);
CREATE INDEX ix_hook_failures_plugin ON hook_failures USING btree (plugin);
CREATE INDEX ix_hook_failures_plugin_happened_at ON hook_failures USING btree (plugin, happened_at);
CREATE TABLE idempotency_keys (
  key_hash bytea NOT NULL,
  body_hash bytea NOT NULL,
  status integer,
  answer bytea,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT pk_idempotency_keys PRIMARY KEY (key_hash)
);
CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys USING btree (created_at);
CREATE TABLE outbox (
  id uuid NOT NULL,
  kind text NOT NULL,
  subject_id uuid NOT NULL,
  state text NOT NULL,
  attempts integer NOT NULL,
  last_error text,
  created_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone NOT NULL,
  done_at timestamp with time zone,
  CONSTRAINT pk_outbox PRIMARY KEY (id)
);
CREATE INDEX ix_outbox_state_due_at ON outbox USING btree (state, due_at);
CREATE TABLE plugin_log (
  id uuid NOT NULL,
  plugin text NOT NULL,
  act text NOT NULL,
  result text NOT NULL,
  done_at timestamp with time zone NOT NULL,
  done_by uuid,
  done_by_label text NOT NULL,
  reason text,
  detail text,
  CONSTRAINT pk_plugin_log PRIMARY KEY (id)
);
CREATE INDEX ix_plugin_log_plugin ON plugin_log USING btree (plugin);
CREATE TABLE plugin_states (
  plugin text NOT NULL,
  state text NOT NULL,
  version text NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  changed_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_plugin_states PRIMARY KEY (plugin),
  CONSTRAINT ck_plugin_states_state CHECK (state = ANY (ARRAY['INSTALLED'::text, 'ACTIVE'::text, 'DISABLED'::text, 'TRIPPED'::text]))
);
CREATE TABLE settings (
  key text NOT NULL,
  value jsonb NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  changed_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_settings PRIMARY KEY (key)
);
CREATE TABLE officers (
  id uuid NOT NULL,
  login text NOT NULL,
  name_sealed bytea,
  name_mask text,
  name_hash bytea,
  email_sealed bytea,
  email_mask text,
  email_hash bytea,
  phone text,
  password_hash text,
  state text NOT NULL,
  must_change boolean NOT NULL,
  failed_count integer NOT NULL,
  locked_until timestamp with time zone,
  principal jsonb,
  principal_on date,
  rights_version integer NOT NULL,
  created_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  works_from date,
  works_to date,
  CONSTRAINT pk_officers PRIMARY KEY (id),
  CONSTRAINT uq_officers_login UNIQUE (login),
  CONSTRAINT ck_officers_state CHECK (state = ANY (ARRAY['ACTIVE'::text, 'DISABLED'::text]))
);
CREATE INDEX ix_officers_email_hash ON officers USING btree (email_hash);
CREATE INDEX ix_officers_name_hash ON officers USING btree (name_hash);
CREATE TABLE org_units (
  id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  parent_id uuid,
  successor_id uuid,
  phone text,
  valid_from date NOT NULL,
  valid_to date,
  row_version integer NOT NULL,
  CONSTRAINT pk_org_units PRIMARY KEY (id),
  CONSTRAINT ck_org_units_kind CHECK (kind = ANY (ARRAY['BUREAU'::text, 'DEPARTMENT'::text, 'TEAM'::text])),
  CONSTRAINT fk_org_units_parent_id FOREIGN KEY (parent_id) REFERENCES org_units(id),
  CONSTRAINT fk_org_units_successor_id FOREIGN KEY (successor_id) REFERENCES org_units(id)
);
CREATE TABLE api_tokens (
  id uuid NOT NULL,
  officer_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  label text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  used_at timestamp with time zone,
  CONSTRAINT pk_api_tokens PRIMARY KEY (id),
  CONSTRAINT fk_api_tokens_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id)
);
CREATE INDEX ix_api_tokens_officer_id ON api_tokens USING btree (officer_id);
CREATE UNIQUE INDEX uq_api_tokens_token_hash ON api_tokens USING btree (token_hash);
CREATE TABLE posts (
  id uuid NOT NULL,
  officer_id uuid NOT NULL,
  unit_id uuid NOT NULL,
  title text NOT NULL,
  is_head boolean NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  row_version integer NOT NULL,
  CONSTRAINT pk_posts PRIMARY KEY (id),
  CONSTRAINT fk_posts_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id),
  CONSTRAINT fk_posts_unit_id FOREIGN KEY (unit_id) REFERENCES org_units(id)
);
CREATE INDEX ix_posts_officer_id ON posts USING btree (officer_id);
CREATE INDEX ix_posts_unit_id ON posts USING btree (unit_id);
CREATE TABLE role_grants (
  id uuid NOT NULL,
  officer_id uuid NOT NULL,
  role text NOT NULL,
  granted_at timestamp with time zone NOT NULL,
  granted_by uuid,
  revoked_at timestamp with time zone,
  revoked_by uuid,
  CONSTRAINT pk_role_grants PRIMARY KEY (id),
  CONSTRAINT fk_role_grants_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id)
);
CREATE INDEX ix_role_grants_officer_id ON role_grants USING btree (officer_id);
CREATE UNIQUE INDEX uq_role_grants_open ON role_grants USING btree (officer_id, role) WHERE revoked_at IS NULL;
CREATE TABLE sessions (
  id_hash bytea NOT NULL,
  officer_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  address text NOT NULL,
  CONSTRAINT pk_sessions PRIMARY KEY (id_hash),
  CONSTRAINT fk_sessions_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id)
);
CREATE INDEX ix_sessions_officer_id ON sessions USING btree (officer_id);
CREATE TABLE unit_names (
  id uuid NOT NULL,
  unit_id uuid NOT NULL,
  name text NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  CONSTRAINT pk_unit_names PRIMARY KEY (id),
  CONSTRAINT fk_unit_names_unit_id FOREIGN KEY (unit_id) REFERENCES org_units(id)
);
CREATE INDEX ix_unit_names_unit_id ON unit_names USING btree (unit_id);
CREATE TABLE companies (
  id uuid NOT NULL,
  name text NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  initials text COLLATE "C" NOT NULL,
  grams tsvector NOT NULL,
  business_no text COLLATE "C",
  representative_sealed bytea,
  representative_mask text,
  representative_hash bytea,
  phone text COLLATE "C",
  phone_tail text,
  address text,
  dong text,
  complex text,
  industry text,
  products text,
  size_class text,
  employees integer,
  employees_foreign integer,
  employees_on date,
  founded_on date,
  factory_registered boolean,
  premises text,
  state text NOT NULL,
  state_on date,
  state_reason text,
  created_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  merged_into uuid,
  CONSTRAINT pk_companies PRIMARY KEY (id),
  CONSTRAINT ck_companies_employees_on CHECK (employees IS NULL OR employees_on IS NOT NULL),
  CONSTRAINT ck_companies_premises CHECK (premises = ANY (ARRAY['OWNED'::text, 'RENTED'::text])),
  CONSTRAINT ck_companies_state CHECK (state = ANY (ARRAY['ACTIVE'::text, 'CLOSED'::text, 'MOVED'::text])),
  CONSTRAINT fk_companies_merged_into FOREIGN KEY (merged_into) REFERENCES companies(id)
);
CREATE INDEX ix_companies_grams ON companies USING gin (grams) WITH (fastupdate=off);
CREATE INDEX ix_companies_initials ON companies USING btree (initials);
CREATE INDEX ix_companies_merged_into ON companies USING btree (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ix_companies_name_key_id ON companies USING btree (name_key, id);
CREATE INDEX ix_companies_phone ON companies USING btree (phone);
CREATE INDEX ix_companies_phone_tail ON companies USING btree (phone_tail);
CREATE INDEX ix_companies_representative_hash ON companies USING btree (representative_hash);
CREATE UNIQUE INDEX uq_companies_business_no ON companies USING btree (business_no);
CREATE TABLE contacts (
  id uuid NOT NULL,
  company_id uuid NOT NULL,
  name_sealed bytea,
  name_mask text,
  name_hash bytea,
  phone_sealed bytea,
  phone_mask text,
  phone_hash bytea,
  phone_tail bytea,
  email_sealed bytea,
  email_mask text,
  email_hash bytea,
  title text,
  created_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_contacts PRIMARY KEY (id),
  CONSTRAINT fk_contacts_company_id FOREIGN KEY (company_id) REFERENCES companies(id)
);
CREATE INDEX ix_contacts_company_id ON contacts USING btree (company_id);
CREATE INDEX ix_contacts_email_hash ON contacts USING btree (email_hash);
CREATE INDEX ix_contacts_name_hash ON contacts USING btree (name_hash);
CREATE INDEX ix_contacts_phone_hash ON contacts USING btree (phone_hash);
CREATE INDEX ix_contacts_phone_tail ON contacts USING btree (phone_tail);
CREATE TABLE case_numbers (
  year integer NOT NULL,
  last integer NOT NULL,
  CONSTRAINT pk_case_numbers PRIMARY KEY (year)
);
CREATE TABLE categories (
  code text NOT NULL,
  label text NOT NULL,
  "position" integer NOT NULL,
  active boolean NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_categories PRIMARY KEY (code)
);
CREATE TABLE channels (
  code text NOT NULL,
  label text NOT NULL,
  "position" integer NOT NULL,
  active boolean NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_channels PRIMARY KEY (code)
);
CREATE TABLE deadline_rules (
  id uuid NOT NULL,
  petition_type text NOT NULL,
  label text NOT NULL,
  amount integer NOT NULL,
  unit text NOT NULL,
  "position" integer NOT NULL,
  source text NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  CONSTRAINT pk_deadline_rules PRIMARY KEY (id),
  CONSTRAINT ck_deadline_rules_unit CHECK (unit = ANY (ARRAY['AT_ONCE'::text, 'HOURS'::text, 'DAYS'::text, 'WORKING_DAYS'::text]))
);
CREATE INDEX ix_deadline_rules_petition_type ON deadline_rules USING btree (petition_type, valid_from);
CREATE TABLE holiday_changes (
  day date NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_holiday_changes PRIMARY KEY (day),
  CONSTRAINT ck_holiday_changes_kind CHECK (kind = ANY (ARRAY['ADDED'::text, 'REMOVED'::text]))
);
CREATE TABLE submissions (
  id uuid NOT NULL,
  receipt_no text NOT NULL,
  code_hash text NOT NULL,
  channel text NOT NULL,
  company_name text NOT NULL,
  business_no text,
  caller_sealed bytea,
  caller_mask text,
  caller_hash bytea,
  phone_sealed bytea,
  phone_mask text,
  phone_hash bytea,
  phone_tail bytea,
  email_sealed bytea,
  email_mask text,
  email_hash bytea,
  category text,
  content text NOT NULL,
  consent_version text NOT NULL,
  consent_at timestamp with time zone NOT NULL,
  state text NOT NULL,
  submitted_at timestamp with time zone NOT NULL,
  registered_at timestamp with time zone,
  address_hash bytea,
  row_version integer NOT NULL,
  CONSTRAINT pk_submissions PRIMARY KEY (id),
  CONSTRAINT uq_submissions_receipt_no UNIQUE (receipt_no),
  CONSTRAINT ck_submissions_state CHECK (state = ANY (ARRAY['SUBMITTED'::text, 'REGISTERED'::text, 'WITHDRAWN'::text]))
);
CREATE INDEX ix_submissions_address_hash_submitted_at ON submissions USING btree (address_hash, submitted_at);
CREATE INDEX ix_submissions_caller_hash ON submissions USING btree (caller_hash);
CREATE INDEX ix_submissions_email_hash ON submissions USING btree (email_hash);
CREATE INDEX ix_submissions_phone_hash ON submissions USING btree (phone_hash);
CREATE INDEX ix_submissions_phone_tail ON submissions USING btree (phone_tail);
CREATE INDEX ix_submissions_submitted_at ON submissions USING btree (submitted_at);
CREATE TABLE cases (
  id uuid NOT NULL,
  case_no text NOT NULL,
  intake_id uuid NOT NULL,
  submission_id uuid,
  company_id uuid NOT NULL,
  channel text NOT NULL,
  category text NOT NULL,
  petition_type text NOT NULL,
  rule_id uuid NOT NULL,
  content text NOT NULL,
  summary text NOT NULL,
  grams tsvector NOT NULL,
  caller_sealed bytea,
  caller_mask text,
  caller_hash bytea,
  phone_sealed bytea,
  phone_mask text,
  phone_hash bytea,
  phone_tail bytea,
  email_sealed bytea,
  email_mask text,
  email_hash bytea,
  status text NOT NULL,
  priority text NOT NULL,
  lead_unit_id uuid,
  officer_id uuid,
  registered_at timestamp with time zone NOT NULL,
  registered_by uuid,
  registered_unit_id uuid,
  due_at timestamp with time zone NOT NULL,
  legal_until timestamp with time zone NOT NULL,
  answered_at timestamp with time zone,
  closed_at timestamp with time zone,
  disposition text,
  implementation text,
  answer text,
  answered_by uuid,
  close_reason text,
  row_version integer NOT NULL,
  CONSTRAINT pk_cases PRIMARY KEY (id),
  CONSTRAINT uq_cases_case_no UNIQUE (case_no),
  CONSTRAINT ck_cases_priority CHECK (priority = ANY (ARRAY['NORMAL'::text, 'HIGH'::text])),
  CONSTRAINT ck_cases_status CHECK (status = ANY (ARRAY['REGISTERED'::text, 'ASSIGNED'::text, 'IN_REVIEW'::text, 'ANSWER_DRAFT'::text, 'APPROVAL'::text, 'ANSWERED'::text, 'CLOSED'::text])),
  CONSTRAINT fk_cases_company_id FOREIGN KEY (company_id) REFERENCES companies(id),
  CONSTRAINT fk_cases_lead_unit_id FOREIGN KEY (lead_unit_id) REFERENCES org_units(id),
  CONSTRAINT fk_cases_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id),
  CONSTRAINT fk_cases_registered_unit_id FOREIGN KEY (registered_unit_id) REFERENCES org_units(id),
  CONSTRAINT fk_cases_rule_id FOREIGN KEY (rule_id) REFERENCES deadline_rules(id),
  CONSTRAINT fk_cases_submission_id FOREIGN KEY (submission_id) REFERENCES submissions(id)
);
CREATE INDEX ix_cases_caller_hash ON cases USING btree (caller_hash);
CREATE INDEX ix_cases_company_id_registered_at ON cases USING btree (company_id, registered_at);
CREATE INDEX ix_cases_desk ON cases USING btree ((answered_at IS NOT NULL), due_at, id) WHERE closed_at IS NULL;
CREATE INDEX ix_cases_desk_officer ON cases USING btree (officer_id, (answered_at IS NOT NULL), due_at, id) WHERE closed_at IS NULL;
CREATE INDEX ix_cases_desk_unit ON cases USING btree (lead_unit_id, (answered_at IS NOT NULL), due_at, id) WHERE closed_at IS NULL;
CREATE INDEX ix_cases_email_hash ON cases USING btree (email_hash);
CREATE INDEX ix_cases_grams ON cases USING gin (grams);
CREATE INDEX ix_cases_intake_id ON cases USING btree (intake_id);
CREATE INDEX ix_cases_phone_hash ON cases USING btree (phone_hash);
CREATE INDEX ix_cases_phone_tail ON cases USING btree (phone_tail);
CREATE INDEX ix_cases_registered_at_id ON cases USING btree (registered_at, id);
CREATE INDEX ix_cases_submission_id ON cases USING btree (submission_id);
CREATE TABLE case_notes (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  seq integer NOT NULL,
  body text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT pk_case_notes PRIMARY KEY (id),
  CONSTRAINT fk_case_notes_case_id FOREIGN KEY (case_id) REFERENCES cases(id)
);
CREATE UNIQUE INDEX uq_case_notes_case_id_seq ON case_notes USING btree (case_id, seq);
CREATE TABLE downloads (
  id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  officer_id uuid,
  what text NOT NULL,
  reason text NOT NULL,
  row_count integer NOT NULL,
  CONSTRAINT pk_downloads PRIMARY KEY (id)
);
CREATE INDEX ix_downloads_at ON downloads USING btree (at);
CREATE TABLE oidc_flows (
  state_hash bytea NOT NULL,
  nonce text NOT NULL,
  verifier text NOT NULL,
  target text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT pk_oidc_flows PRIMARY KEY (state_hash)
);
CREATE INDEX ix_oidc_flows_created_at ON oidc_flows USING btree (created_at);
CREATE TABLE agencies (
  id uuid NOT NULL,
  name text NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  short_name text,
  kind text NOT NULL,
  phone text,
  url text,
  valid_from date,
  valid_to date,
  successor_id uuid,
  created_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_agencies PRIMARY KEY (id),
  CONSTRAINT ck_agencies_days CHECK (valid_to > valid_from),
  CONSTRAINT ck_agencies_kind CHECK (kind = ANY (ARRAY['MINISTRY'::text, 'SPECIAL_LOCAL_ADMIN'::text, 'METRO_GOV'::text, 'BASIC_GOV'::text, 'CITY_FOUNDATION'::text, 'NATIONAL_PUBLIC'::text, 'GUARANTEE_FUND'::text, 'BANK'::text, 'ASSOCIATION'::text, 'UNIVERSITY'::text, 'OMBUDSMAN'::text, 'VENDOR'::text])),
  CONSTRAINT ck_agencies_successor CHECK (successor_id IS NULL OR valid_to IS NOT NULL),
  CONSTRAINT fk_agencies_successor_id FOREIGN KEY (successor_id) REFERENCES agencies(id)
);
CREATE INDEX ix_agencies_name_key ON agencies USING btree (name_key);
CREATE INDEX ix_agencies_successor_id ON agencies USING btree (successor_id);
CREATE UNIQUE INDEX uq_agencies_open ON agencies USING btree (name_key) WHERE valid_to IS NULL;
CREATE TABLE consent_texts (
  id uuid NOT NULL,
  purpose text NOT NULL,
  version integer NOT NULL,
  body text NOT NULL,
  items text NOT NULL,
  period text NOT NULL,
  text_hash text NOT NULL,
  valid_from date NOT NULL,
  created_at timestamp with time zone NOT NULL,
  created_by uuid,
  CONSTRAINT pk_consent_texts PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_consent_texts_purpose_version ON consent_texts USING btree (purpose, version);
CREATE TABLE company_consents (
  id uuid NOT NULL,
  company_id uuid NOT NULL,
  contact_id uuid,
  purpose text NOT NULL,
  version integer NOT NULL,
  text_hash text NOT NULL,
  items text NOT NULL,
  period text NOT NULL,
  given_on date NOT NULL,
  how text NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  recorded_by uuid,
  withdrawn_at timestamp with time zone,
  withdrawn_how text,
  row_version integer NOT NULL,
  CONSTRAINT pk_company_consents PRIMARY KEY (id),
  CONSTRAINT fk_company_consents_company_id FOREIGN KEY (company_id) REFERENCES companies(id)
);
CREATE INDEX ix_company_consents_company_id ON company_consents USING btree (company_id);
CREATE INDEX ix_company_consents_contact_id ON company_consents USING btree (contact_id);
CREATE TABLE company_figures (
  id uuid NOT NULL,
  company_id uuid NOT NULL,
  day date NOT NULL,
  employees integer,
  employees_foreign integer,
  size_class text,
  sales bigint,
  export_usd bigint,
  recorded_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_company_figures PRIMARY KEY (id),
  CONSTRAINT fk_company_figures_company_id FOREIGN KEY (company_id) REFERENCES companies(id)
);
CREATE UNIQUE INDEX uq_company_figures_company_id_day ON company_figures USING btree (company_id, day);
CREATE TABLE company_memberships (
  id uuid NOT NULL,
  company_id uuid NOT NULL,
  agency_id uuid NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  created_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_company_memberships PRIMARY KEY (id),
  CONSTRAINT ck_company_memberships_days CHECK (valid_to > valid_from),
  CONSTRAINT fk_company_memberships_agency_id FOREIGN KEY (agency_id) REFERENCES agencies(id),
  CONSTRAINT fk_company_memberships_company_id FOREIGN KEY (company_id) REFERENCES companies(id)
);
CREATE INDEX ix_company_memberships_agency_id ON company_memberships USING btree (agency_id);
CREATE INDEX ix_company_memberships_company_id ON company_memberships USING btree (company_id);
CREATE UNIQUE INDEX uq_company_memberships_open ON company_memberships USING btree (company_id, agency_id) WHERE valid_to IS NULL;
CREATE TABLE company_merges (
  id uuid NOT NULL,
  keep_id uuid NOT NULL,
  drop_id uuid NOT NULL,
  before jsonb NOT NULL,
  after jsonb NOT NULL,
  representative_sealed bytea,
  representative_mask text,
  representative_hash bytea,
  merged_at timestamp with time zone NOT NULL,
  merged_by uuid,
  undone_at timestamp with time zone,
  undone_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_company_merges PRIMARY KEY (id),
  CONSTRAINT ck_company_merges_two CHECK (keep_id <> drop_id),
  CONSTRAINT fk_company_merges_drop_id FOREIGN KEY (drop_id) REFERENCES companies(id),
  CONSTRAINT fk_company_merges_keep_id FOREIGN KEY (keep_id) REFERENCES companies(id)
);
CREATE INDEX ix_company_merges_keep_id ON company_merges USING btree (keep_id);
CREATE INDEX ix_company_merges_merged_at ON company_merges USING btree (merged_at);
CREATE INDEX ix_company_merges_representative_hash ON company_merges USING btree (representative_hash);
CREATE UNIQUE INDEX uq_company_merges_open ON company_merges USING btree (drop_id) WHERE undone_at IS NULL;
CREATE TABLE company_pairs (
  id uuid NOT NULL,
  low_id uuid NOT NULL,
  high_id uuid NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  decided_by uuid,
  CONSTRAINT pk_company_pairs PRIMARY KEY (id),
  CONSTRAINT ck_company_pairs_order CHECK (low_id < high_id),
  CONSTRAINT fk_company_pairs_high_id FOREIGN KEY (high_id) REFERENCES companies(id),
  CONSTRAINT fk_company_pairs_low_id FOREIGN KEY (low_id) REFERENCES companies(id)
);
CREATE INDEX ix_company_pairs_high_id ON company_pairs USING btree (high_id);
CREATE UNIQUE INDEX uq_company_pairs_low_id_high_id ON company_pairs USING btree (low_id, high_id);
CREATE TABLE company_states (
  id uuid NOT NULL,
  company_id uuid NOT NULL,
  change text NOT NULL,
  day date NOT NULL,
  reason text,
  recorded_at timestamp with time zone NOT NULL,
  recorded_by uuid,
  CONSTRAINT pk_company_states PRIMARY KEY (id),
  CONSTRAINT ck_company_states_change CHECK (change = ANY (ARRAY['MOVED_IN'::text, 'REOPENED'::text, 'CLOSED'::text, 'MOVED'::text])),
  CONSTRAINT fk_company_states_company_id FOREIGN KEY (company_id) REFERENCES companies(id)
);
CREATE INDEX ix_company_states_company_id_day ON company_states USING btree (company_id, day);
CREATE TABLE company_merge_rows (
  id uuid NOT NULL,
  merge_id uuid NOT NULL,
  table_name text NOT NULL,
  row_ids uuid[] NOT NULL,
  CONSTRAINT pk_company_merge_rows PRIMARY KEY (id),
  CONSTRAINT fk_company_merge_rows_merge_id FOREIGN KEY (merge_id) REFERENCES company_merges(id)
);
CREATE INDEX ix_company_merge_rows_merge_id ON company_merge_rows USING btree (merge_id);
CREATE TABLE case_waits (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  kind text NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  due_on date,
  closed_at timestamp with time zone,
  opened_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_case_waits PRIMARY KEY (id),
  CONSTRAINT ck_case_waits_kind CHECK (kind = ANY (ARRAY['COOP_WAIT'::text, 'SUPPLEMENT_WAIT'::text, 'SITE_CHECK'::text, 'EXTERNAL_WAIT'::text])),
  CONSTRAINT fk_case_waits_case_id FOREIGN KEY (case_id) REFERENCES cases(id)
);
CREATE INDEX ix_case_waits_case_id ON case_waits USING btree (case_id);
CREATE TABLE proposals (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  wait_id uuid NOT NULL,
  agency_id uuid NOT NULL,
  gist text NOT NULL,
  proposed_on date NOT NULL,
  proposed_by uuid,
  unit_id uuid,
  state text NOT NULL,
  outcome text,
  reply text,
  replied_on date,
  created_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_proposals PRIMARY KEY (id),
  CONSTRAINT ck_proposals_outcome CHECK (outcome = ANY (ARRAY['ACCEPTED'::text, 'PARTIALLY_ACCEPTED'::text, 'NOT_ACCEPTED'::text, 'LONG_TERM_REVIEW'::text])),
  CONSTRAINT ck_proposals_replied CHECK (state <> 'REPLIED'::text OR replied_on IS NOT NULL),
  CONSTRAINT ck_proposals_state CHECK (state = ANY (ARRAY['OPEN'::text, 'REPLIED'::text, 'CLOSED'::text])),
  CONSTRAINT fk_proposals_agency_id FOREIGN KEY (agency_id) REFERENCES agencies(id),
  CONSTRAINT fk_proposals_case_id FOREIGN KEY (case_id) REFERENCES cases(id),
  CONSTRAINT fk_proposals_unit_id FOREIGN KEY (unit_id) REFERENCES org_units(id),
  CONSTRAINT fk_proposals_wait_id FOREIGN KEY (wait_id) REFERENCES case_waits(id)
);
CREATE INDEX ix_proposals_agency_id ON proposals USING btree (agency_id);
CREATE INDEX ix_proposals_case_id ON proposals USING btree (case_id);
CREATE INDEX ix_proposals_proposed_on_id ON proposals USING btree (proposed_on, id);
CREATE UNIQUE INDEX uq_proposals_wait_id ON proposals USING btree (wait_id);
CREATE TABLE visit_numbers (
  year integer NOT NULL,
  last integer NOT NULL,
  CONSTRAINT pk_visit_numbers PRIMARY KEY (year)
);
CREATE TABLE visits (
  id uuid NOT NULL,
  visit_no text,
  kind text NOT NULL,
  state text NOT NULL,
  company_id uuid NOT NULL,
  unit_id uuid,
  officer_id uuid,
  planned_at timestamp with time zone,
  visited_on date,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  place text,
  note text,
  next_plan text,
  guided text,
  cancel_reason text,
  employees integer,
  employees_foreign integer,
  industry text,
  products text,
  sales bigint,
  export_usd bigint,
  factory_area integer,
  premises text,
  created_at timestamp with time zone NOT NULL,
  created_by uuid,
  recorded_at timestamp with time zone,
  recorded_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_visits PRIMARY KEY (id),
  CONSTRAINT uq_visits_visit_no UNIQUE (visit_no),
  CONSTRAINT ck_visits_done CHECK (state <> 'DONE'::text OR visited_on IS NOT NULL AND recorded_at IS NOT NULL),
  CONSTRAINT ck_visits_kind CHECK (kind = ANY (ARRAY['TASKFORCE'::text, 'COMM_DAY'::text, 'JOINT_DELEGATION'::text, 'MAYOR'::text, 'DEDICATED'::text, 'OUTREACH'::text, 'FIELD_CLINIC'::text, 'CONSULT_ON_SITE'::text, 'COURTESY'::text, 'COMPLETION_INSPECTION'::text, 'POST_CHECK'::text])),
  CONSTRAINT ck_visits_number CHECK ((state = 'DONE'::text) = (visit_no IS NOT NULL)),
  CONSTRAINT ck_visits_planned CHECK (state = 'DONE'::text OR planned_at IS NOT NULL),
  CONSTRAINT ck_visits_state CHECK (state = ANY (ARRAY['PLANNED'::text, 'DONE'::text, 'CANCELLED'::text])),
  CONSTRAINT fk_visits_company_id FOREIGN KEY (company_id) REFERENCES companies(id),
  CONSTRAINT fk_visits_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id),
  CONSTRAINT fk_visits_unit_id FOREIGN KEY (unit_id) REFERENCES org_units(id)
);
CREATE INDEX ix_visits_company_id ON visits USING btree (company_id, visited_on);
CREATE INDEX ix_visits_planned_at ON visits USING btree (planned_at, id);
CREATE INDEX ix_visits_visited_on ON visits USING btree (visited_on, id);
CREATE TABLE visit_items (
  id uuid NOT NULL,
  visit_id uuid NOT NULL,
  "position" integer NOT NULL,
  case_id uuid NOT NULL,
  category text NOT NULL,
  content text NOT NULL,
  outcome text NOT NULL,
  unit_id uuid,
  agency_id uuid,
  settled_on date,
  row_version integer NOT NULL,
  CONSTRAINT pk_visit_items PRIMARY KEY (id),
  CONSTRAINT uq_visit_items_case_id UNIQUE (case_id),
  CONSTRAINT ck_visit_items_notified CHECK (outcome <> 'NOTIFIED'::text OR unit_id IS NOT NULL),
  CONSTRAINT ck_visit_items_outcome CHECK (outcome = ANY (ARRAY['ON_SITE'::text, 'HANDLED'::text, 'NOTIFIED'::text, 'PROPOSED'::text, 'UNCLASSED'::text])),
  CONSTRAINT ck_visit_items_proposed CHECK (outcome <> 'PROPOSED'::text OR agency_id IS NOT NULL),
  CONSTRAINT fk_visit_items_agency_id FOREIGN KEY (agency_id) REFERENCES agencies(id),
  CONSTRAINT fk_visit_items_case_id FOREIGN KEY (case_id) REFERENCES cases(id),
  CONSTRAINT fk_visit_items_unit_id FOREIGN KEY (unit_id) REFERENCES org_units(id),
  CONSTRAINT fk_visit_items_visit_id FOREIGN KEY (visit_id) REFERENCES visits(id)
);
CREATE INDEX ix_visit_items_visit_id ON visit_items USING btree (visit_id, "position");
CREATE TABLE visit_people (
  id uuid NOT NULL,
  visit_id uuid NOT NULL,
  "position" integer NOT NULL,
  contact_id uuid,
  name_sealed bytea,
  name_mask text,
  name_hash bytea,
  title text,
  CONSTRAINT pk_visit_people PRIMARY KEY (id),
  CONSTRAINT fk_visit_people_visit_id FOREIGN KEY (visit_id) REFERENCES visits(id)
);
CREATE INDEX ix_visit_people_name_hash ON visit_people USING btree (name_hash);
CREATE INDEX ix_visit_people_visit_id ON visit_people USING btree (visit_id, "position");
CREATE TABLE visit_team (
  id uuid NOT NULL,
  visit_id uuid NOT NULL,
  "position" integer NOT NULL,
  officer_id uuid,
  unit_id uuid,
  agency_id uuid,
  name_sealed bytea,
  name_mask text,
  name_hash bytea,
  title text,
  CONSTRAINT pk_visit_team PRIMARY KEY (id),
  CONSTRAINT ck_visit_team_officer CHECK (officer_id IS NULL OR name_sealed IS NULL),
  CONSTRAINT fk_visit_team_agency_id FOREIGN KEY (agency_id) REFERENCES agencies(id),
  CONSTRAINT fk_visit_team_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id),
  CONSTRAINT fk_visit_team_unit_id FOREIGN KEY (unit_id) REFERENCES org_units(id),
  CONSTRAINT fk_visit_team_visit_id FOREIGN KEY (visit_id) REFERENCES visits(id)
);
CREATE INDEX ix_visit_team_name_hash ON visit_team USING btree (name_hash);
CREATE INDEX ix_visit_team_officer_id ON visit_team USING btree (officer_id);
CREATE INDEX ix_visit_team_visit_id ON visit_team USING btree (visit_id, "position");
CREATE TABLE visit_item_outcomes (
  id uuid NOT NULL,
  item_id uuid NOT NULL,
  seq integer NOT NULL,
  outcome text NOT NULL,
  unit_id uuid,
  agency_id uuid,
  occurred_at timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  recorded_by uuid,
  CONSTRAINT pk_visit_item_outcomes PRIMARY KEY (id),
  CONSTRAINT ck_visit_item_outcomes_outcome CHECK (outcome = ANY (ARRAY['ON_SITE'::text, 'HANDLED'::text, 'NOTIFIED'::text, 'PROPOSED'::text, 'UNCLASSED'::text])),
  CONSTRAINT fk_visit_item_outcomes_agency_id FOREIGN KEY (agency_id) REFERENCES agencies(id),
  CONSTRAINT fk_visit_item_outcomes_item_id FOREIGN KEY (item_id) REFERENCES visit_items(id),
  CONSTRAINT fk_visit_item_outcomes_unit_id FOREIGN KEY (unit_id) REFERENCES org_units(id)
);
CREATE UNIQUE INDEX uq_visit_item_outcomes_item_id_seq ON visit_item_outcomes USING btree (item_id, seq);
CREATE TABLE advice_fields (
  code text NOT NULL,
  label text NOT NULL,
  "position" integer NOT NULL,
  active boolean NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_advice_fields PRIMARY KEY (code)
);
CREATE TABLE advice_numbers (
  year integer NOT NULL,
  last integer NOT NULL,
  CONSTRAINT pk_advice_numbers PRIMARY KEY (year)
);
CREATE TABLE advice_rules (
  id uuid NOT NULL,
  valid_from date NOT NULL,
  hourly integer NOT NULL,
  company_cap integer NOT NULL,
  expert_cap integer NOT NULL,
  conflict_years integer NOT NULL,
  report_days integer NOT NULL,
  created_at timestamp with time zone NOT NULL,
  created_by uuid,
  CONSTRAINT pk_advice_rules PRIMARY KEY (id),
  CONSTRAINT uq_advice_rules_valid_from UNIQUE (valid_from),
  CONSTRAINT ck_advice_rules_days CHECK (conflict_years >= 0 AND report_days >= 0),
  CONSTRAINT ck_advice_rules_won CHECK (hourly >= 0 AND company_cap >= 0 AND expert_cap >= 0)
);
CREATE TABLE experts (
  id uuid NOT NULL,
  name_sealed bytea,
  name_mask text,
  name_hash bytea,
  phone_sealed bytea,
  phone_mask text,
  phone_hash bytea,
  phone_tail bytea,
  email_sealed bytea,
  email_mask text,
  email_hash bytea,
  affiliation text NOT NULL,
  title text,
  regions text[] NOT NULL,
  capacity integer NOT NULL,
  term_from date NOT NULL,
  term_to date NOT NULL,
  active boolean NOT NULL,
  officer_id uuid,
  review_since timestamp with time zone,
  reviewed_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_experts PRIMARY KEY (id),
  CONSTRAINT uq_experts_officer_id UNIQUE (officer_id),
  CONSTRAINT ck_experts_capacity CHECK (capacity >= 0),
  CONSTRAINT ck_experts_term CHECK (term_from <= term_to),
  CONSTRAINT fk_experts_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id)
);
CREATE INDEX ix_experts_affiliation_id ON experts USING btree (affiliation, id);
CREATE INDEX ix_experts_email_hash ON experts USING btree (email_hash);
CREATE INDEX ix_experts_name_hash ON experts USING btree (name_hash);
CREATE INDEX ix_experts_phone_hash ON experts USING btree (phone_hash);
CREATE INDEX ix_experts_phone_tail ON experts USING btree (phone_tail);
CREATE TABLE advice_requests (
  id uuid NOT NULL,
  no text NOT NULL,
  case_id uuid,
  visit_id uuid,
  company_id uuid NOT NULL,
  field text NOT NULL,
  question text NOT NULL,
  state text NOT NULL,
  unit_id uuid,
  officer_id uuid,
  requested_at timestamp with time zone NOT NULL,
  expert_id uuid,
  session_at timestamp with time zone,
  mode text,
  place text,
  pledge_version text,
  pledged_how text,
  pledged_on date,
  pledged_by uuid,
  held_on date,
  minutes integer,
  rule_id uuid,
  report_due date,
  report text,
  reported_at timestamp with time zone,
  reported_by uuid,
  fee_full integer,
  fee integer,
  paid_at timestamp with time zone,
  paid_by uuid,
  cancel_reason text,
  row_version integer NOT NULL,
  CONSTRAINT pk_advice_requests PRIMARY KEY (id),
  CONSTRAINT uq_advice_requests_no UNIQUE (no),
  CONSTRAINT ck_advice_requests_asked_from CHECK (case_id IS NOT NULL OR visit_id IS NOT NULL),
  CONSTRAINT ck_advice_requests_expert CHECK ((state = ANY (ARRAY['REQUESTED'::text, 'CANCELLED'::text])) OR expert_id IS NOT NULL),
  CONSTRAINT ck_advice_requests_fee CHECK (fee IS NULL OR fee >= 0 AND fee <= fee_full),
  CONSTRAINT ck_advice_requests_held CHECK ((state <> ALL (ARRAY['HELD'::text, 'REPORTED'::text, 'PAID'::text])) OR held_on IS NOT NULL AND minutes IS NOT NULL AND rule_id IS NOT NULL),
  CONSTRAINT ck_advice_requests_minutes CHECK (minutes IS NULL OR minutes > 0),
  CONSTRAINT ck_advice_requests_mode CHECK (mode = ANY (ARRAY['VISIT'::text, 'OFFICE'::text, 'PHONE'::text, 'VIDEO'::text])),
  CONSTRAINT ck_advice_requests_paid CHECK ((state = 'PAID'::text) = (fee IS NOT NULL)),
  CONSTRAINT ck_advice_requests_pledged_how CHECK (pledged_how = ANY (ARRAY['SIGNED'::text, 'PAPER'::text])),
  CONSTRAINT ck_advice_requests_state CHECK (state = ANY (ARRAY['REQUESTED'::text, 'MATCHED'::text, 'PLEDGED'::text, 'HELD'::text, 'REPORTED'::text, 'PAID'::text, 'CANCELLED'::text])),
  CONSTRAINT fk_advice_requests_case_id FOREIGN KEY (case_id) REFERENCES cases(id),
  CONSTRAINT fk_advice_requests_company_id FOREIGN KEY (company_id) REFERENCES companies(id),
  CONSTRAINT fk_advice_requests_expert_id FOREIGN KEY (expert_id) REFERENCES experts(id),
  CONSTRAINT fk_advice_requests_field FOREIGN KEY (field) REFERENCES advice_fields(code),
  CONSTRAINT fk_advice_requests_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id),
  CONSTRAINT fk_advice_requests_rule_id FOREIGN KEY (rule_id) REFERENCES advice_rules(id),
  CONSTRAINT fk_advice_requests_unit_id FOREIGN KEY (unit_id) REFERENCES org_units(id),
  CONSTRAINT fk_advice_requests_visit_id FOREIGN KEY (visit_id) REFERENCES visits(id)
);
CREATE INDEX ix_advice_requests_case_id ON advice_requests USING btree (case_id);
CREATE INDEX ix_advice_requests_company_id ON advice_requests USING btree (company_id, held_on);
CREATE INDEX ix_advice_requests_expert_id ON advice_requests USING btree (expert_id, held_on);
CREATE INDEX ix_advice_requests_requested_at ON advice_requests USING btree (requested_at, id);
CREATE INDEX ix_advice_requests_state ON advice_requests USING btree (state, requested_at);
CREATE INDEX ix_advice_requests_visit_id ON advice_requests USING btree (visit_id);
CREATE TABLE expert_fields (
  expert_id uuid NOT NULL,
  field text NOT NULL,
  CONSTRAINT pk_expert_fields PRIMARY KEY (expert_id, field),
  CONSTRAINT fk_expert_fields_expert_id FOREIGN KEY (expert_id) REFERENCES experts(id),
  CONSTRAINT fk_expert_fields_field FOREIGN KEY (field) REFERENCES advice_fields(code)
);
CREATE INDEX ix_expert_fields_field ON expert_fields USING btree (field);
CREATE TABLE expert_tax (
  expert_id uuid NOT NULL,
  income text NOT NULL,
  bank text NOT NULL,
  account_sealed bytea,
  account_mask text,
  account_hash bytea,
  holder_sealed bytea,
  holder_mask text,
  holder_hash bytea,
  changed_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_expert_tax PRIMARY KEY (expert_id),
  CONSTRAINT ck_expert_tax_income CHECK (income = ANY (ARRAY['BUSINESS'::text, 'OTHER'::text, 'INVOICE'::text])),
  CONSTRAINT fk_expert_tax_expert_id FOREIGN KEY (expert_id) REFERENCES experts(id)
);
CREATE INDEX ix_expert_tax_account_hash ON expert_tax USING btree (account_hash);
CREATE INDEX ix_expert_tax_holder_hash ON expert_tax USING btree (holder_hash);
CREATE TABLE expert_ties (
  id uuid NOT NULL,
  expert_id uuid NOT NULL,
  company_id uuid,
  business text,
  business_key text,
  kind text NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  note text,
  created_at timestamp with time zone NOT NULL,
  created_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_expert_ties PRIMARY KEY (id),
  CONSTRAINT ck_expert_ties_days CHECK (valid_to IS NULL OR valid_from <= valid_to),
  CONSTRAINT ck_expert_ties_kind CHECK (kind = ANY (ARRAY['RELATIVE'::text, 'SAME_FIRM'::text, 'STAKE'::text, 'ADVISER_TO_RIVAL'::text])),
  CONSTRAINT ck_expert_ties_whom CHECK (company_id IS NOT NULL OR business_key IS NOT NULL),
  CONSTRAINT fk_expert_ties_company_id FOREIGN KEY (company_id) REFERENCES companies(id),
  CONSTRAINT fk_expert_ties_expert_id FOREIGN KEY (expert_id) REFERENCES experts(id)
);
CREATE INDEX ix_expert_ties_business_key ON expert_ties USING btree (business_key);
CREATE INDEX ix_expert_ties_company_id ON expert_ties USING btree (company_id);
CREATE INDEX ix_expert_ties_expert_id ON expert_ties USING btree (expert_id);
CREATE TABLE advice_declines (
  request_id uuid NOT NULL,
  expert_id uuid NOT NULL,
  reason text NOT NULL,
  declined_at timestamp with time zone NOT NULL,
  CONSTRAINT pk_advice_declines PRIMARY KEY (request_id, expert_id),
  CONSTRAINT ck_advice_declines_reason CHECK (reason = ANY (ARRAY['RELATIVE'::text, 'SAME_FIRM'::text, 'STAKE'::text, 'ADVISER_TO_RIVAL'::text, 'BUSY'::text, 'OTHER'::text])),
  CONSTRAINT fk_advice_declines_expert_id FOREIGN KEY (expert_id) REFERENCES experts(id),
  CONSTRAINT fk_advice_declines_request_id FOREIGN KEY (request_id) REFERENCES advice_requests(id)
);
CREATE TABLE advice_ratings (
  request_id uuid NOT NULL,
  score integer NOT NULL,
  comment text,
  source text NOT NULL,
  rated_at timestamp with time zone NOT NULL,
  rated_by uuid,
  CONSTRAINT pk_advice_ratings PRIMARY KEY (request_id),
  CONSTRAINT ck_advice_ratings_score CHECK (score >= 1 AND score <= 5),
  CONSTRAINT ck_advice_ratings_source CHECK (source = ANY (ARRAY['LINK'::text, 'OFFICER'::text])),
  CONSTRAINT fk_advice_ratings_request_id FOREIGN KEY (request_id) REFERENCES advice_requests(id)
);
CREATE TABLE rating_links (
  token_hash bytea NOT NULL,
  request_id uuid NOT NULL,
  made_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  CONSTRAINT pk_rating_links PRIMARY KEY (token_hash),
  CONSTRAINT fk_rating_links_request_id FOREIGN KEY (request_id) REFERENCES advice_requests(id)
);
CREATE INDEX ix_rating_links_request_id ON rating_links USING btree (request_id);
CREATE TABLE booking_services (
  id uuid NOT NULL,
  name text NOT NULL,
  "position" integer NOT NULL,
  active boolean NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_booking_services PRIMARY KEY (id),
  CONSTRAINT uq_booking_services_name UNIQUE (name)
);
CREATE TABLE rooms (
  id uuid NOT NULL,
  name text NOT NULL,
  place text NOT NULL,
  seats integer NOT NULL,
  equipment text,
  service_ids uuid[] NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  created_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_rooms PRIMARY KEY (id),
  CONSTRAINT uq_rooms_name UNIQUE (name),
  CONSTRAINT ck_rooms_days CHECK (valid_to > valid_from),
  CONSTRAINT ck_rooms_seats CHECK (seats > 0)
);
CREATE TABLE consultants (
  id uuid NOT NULL,
  kind text NOT NULL,
  officer_id uuid,
  agency_id uuid,
  name_sealed bytea,
  name_mask text,
  name_hash bytea,
  title text NOT NULL,
  active boolean NOT NULL,
  created_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_consultants PRIMARY KEY (id),
  CONSTRAINT uq_consultants_agency_id UNIQUE (agency_id),
  CONSTRAINT uq_consultants_officer_id UNIQUE (officer_id),
  CONSTRAINT ck_consultants_agency CHECK ((kind = 'AGENCY'::text) = (agency_id IS NOT NULL)),
  CONSTRAINT ck_consultants_kind CHECK (kind = ANY (ARRAY['OFFICER'::text, 'AGENCY'::text, 'EXPERT'::text])),
  CONSTRAINT ck_consultants_officer CHECK ((kind = 'OFFICER'::text) = (officer_id IS NOT NULL)),
  CONSTRAINT fk_consultants_agency_id FOREIGN KEY (agency_id) REFERENCES agencies(id),
  CONSTRAINT fk_consultants_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id)
);
CREATE INDEX ix_consultants_name_hash ON consultants USING btree (name_hash);
CREATE TABLE room_closures (
  id uuid NOT NULL,
  room_id uuid,
  first_day date NOT NULL,
  last_day date NOT NULL,
  reason text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT pk_room_closures PRIMARY KEY (id),
  CONSTRAINT ck_room_closures_days CHECK (first_day <= last_day),
  CONSTRAINT fk_room_closures_room_id FOREIGN KEY (room_id) REFERENCES rooms(id)
);
CREATE INDEX ix_room_closures_room_id ON room_closures USING btree (room_id);
CREATE TABLE room_hours (
  room_id uuid NOT NULL,
  weekday integer NOT NULL,
  opens time without time zone NOT NULL,
  closes time without time zone NOT NULL,
  CONSTRAINT pk_room_hours PRIMARY KEY (room_id, weekday, opens),
  CONSTRAINT ck_room_hours_hours CHECK (opens < closes),
  CONSTRAINT ck_room_hours_weekday CHECK (weekday >= 1 AND weekday <= 7),
  CONSTRAINT fk_room_hours_room_id FOREIGN KEY (room_id) REFERENCES rooms(id)
);
CREATE TABLE bookings (
  id uuid NOT NULL,
  receipt_no text NOT NULL,
  code_hash bytea NOT NULL,
  channel text NOT NULL,
  room_id uuid NOT NULL,
  service_id uuid NOT NULL,
  consultant_id uuid,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  company_id uuid,
  company_name text NOT NULL,
  business_no text,
  name_sealed bytea,
  name_mask text,
  name_hash bytea,
  phone_sealed bytea,
  phone_mask text,
  phone_hash bytea,
  phone_tail bytea,
  email_sealed bytea,
  email_mask text,
  email_hash bytea,
  subject text NOT NULL,
  state text NOT NULL,
  booked_at timestamp with time zone NOT NULL,
  booked_by uuid,
  consent_at timestamp with time zone,
  address_hash bytea,
  ended_at timestamp with time zone,
  cancelled_by text,
  note text,
  reminded_at timestamp with time zone,
  case_id uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_bookings PRIMARY KEY (id),
  CONSTRAINT uq_bookings_receipt_no UNIQUE (receipt_no),
  CONSTRAINT ck_bookings_cancelled CHECK ((state = 'CANCELLED'::text) = (cancelled_by IS NOT NULL)),
  CONSTRAINT ck_bookings_channel CHECK (channel = ANY (ARRAY['OFFICE'::text, 'PORTAL'::text])),
  CONSTRAINT ck_bookings_state CHECK (state = ANY (ARRAY['BOOKED'::text, 'DONE'::text, 'NO_SHOW'::text, 'CANCELLED'::text])),
  CONSTRAINT ck_bookings_times CHECK (starts_at < ends_at),
  CONSTRAINT ex_bookings_consultant EXCLUDE USING gist (consultant_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state <> 'CANCELLED'::text),
  CONSTRAINT ex_bookings_room EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state <> 'CANCELLED'::text),
  CONSTRAINT fk_bookings_booked_by FOREIGN KEY (booked_by) REFERENCES officers(id),
  CONSTRAINT fk_bookings_case_id FOREIGN KEY (case_id) REFERENCES cases(id),
  CONSTRAINT fk_bookings_company_id FOREIGN KEY (company_id) REFERENCES companies(id),
  CONSTRAINT fk_bookings_consultant_id FOREIGN KEY (consultant_id) REFERENCES consultants(id),
  CONSTRAINT fk_bookings_room_id FOREIGN KEY (room_id) REFERENCES rooms(id),
  CONSTRAINT fk_bookings_service_id FOREIGN KEY (service_id) REFERENCES booking_services(id)
);
CREATE INDEX ix_bookings_address_hash_booked_at ON bookings USING btree (address_hash, booked_at);
CREATE INDEX ix_bookings_case_id ON bookings USING btree (case_id);
CREATE INDEX ix_bookings_company_id ON bookings USING btree (company_id);
CREATE INDEX ix_bookings_email_hash ON bookings USING btree (email_hash);
CREATE INDEX ix_bookings_name_hash ON bookings USING btree (name_hash);
CREATE INDEX ix_bookings_phone_hash ON bookings USING btree (phone_hash);
CREATE INDEX ix_bookings_phone_tail ON bookings USING btree (phone_tail);
CREATE INDEX ix_bookings_starts_at ON bookings USING btree (starts_at);
CREATE TABLE room_rota (
  id uuid NOT NULL,
  room_id uuid NOT NULL,
  consultant_id uuid NOT NULL,
  service_id uuid NOT NULL,
  weekday integer,
  on_day date,
  opens time without time zone NOT NULL,
  closes time without time zone NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  created_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_room_rota PRIMARY KEY (id),
  CONSTRAINT ck_room_rota_days CHECK (valid_to > valid_from),
  CONSTRAINT ck_room_rota_hours CHECK (opens < closes),
  CONSTRAINT ck_room_rota_weekday CHECK (weekday >= 1 AND weekday <= 7),
  CONSTRAINT ck_room_rota_when CHECK ((weekday IS NULL) <> (on_day IS NULL)),
  CONSTRAINT fk_room_rota_consultant_id FOREIGN KEY (consultant_id) REFERENCES consultants(id),
  CONSTRAINT fk_room_rota_room_id FOREIGN KEY (room_id) REFERENCES rooms(id),
  CONSTRAINT fk_room_rota_service_id FOREIGN KEY (service_id) REFERENCES booking_services(id)
);
CREATE INDEX ix_room_rota_consultant_id ON room_rota USING btree (consultant_id);
CREATE INDEX ix_room_rota_on_day ON room_rota USING btree (on_day);
CREATE INDEX ix_room_rota_room_id ON room_rota USING btree (room_id);
CREATE TABLE import_keys (
  kind text NOT NULL,
  key_hash bytea NOT NULL,
  body_hash bytea NOT NULL,
  subject_id uuid NOT NULL,
  run_id uuid NOT NULL,
  CONSTRAINT pk_import_keys PRIMARY KEY (kind, key_hash),
  CONSTRAINT ck_import_keys_kind CHECK (kind = ANY (ARRAY['CASES'::text, 'COMPANIES'::text, 'AGENCIES'::text, 'PEOPLE'::text]))
);
CREATE TABLE import_layouts (
  id uuid NOT NULL,
  kind text NOT NULL,
  signature bytea NOT NULL,
  fields jsonb NOT NULL,
  saved_at timestamp with time zone NOT NULL,
  saved_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_import_layouts PRIMARY KEY (id),
  CONSTRAINT ck_import_layouts_kind CHECK (kind = ANY (ARRAY['CASES'::text, 'COMPANIES'::text, 'AGENCIES'::text, 'PEOPLE'::text]))
);
CREATE UNIQUE INDEX uq_import_layouts_kind_signature ON import_layouts USING btree (kind, signature);
CREATE TABLE import_terms (
  id uuid NOT NULL,
  kind text NOT NULL,
  text_key text NOT NULL,
  label text NOT NULL,
  code text NOT NULL,
  saved_at timestamp with time zone NOT NULL,
  saved_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_import_terms PRIMARY KEY (id),
  CONSTRAINT ck_import_terms_kind CHECK (kind = ANY (ARRAY['CATEGORY'::text, 'CHANNEL'::text, 'UNIT'::text, 'DISPOSITION'::text, 'AGENCY_KIND'::text]))
);
CREATE UNIQUE INDEX uq_import_terms_kind_text_key ON import_terms USING btree (kind, text_key);
CREATE TABLE import_runs (
  id uuid NOT NULL,
  kind text NOT NULL,
  file_name text NOT NULL,
  sha256 bytea NOT NULL,
  state text NOT NULL,
  plan bytea,
  blocks integer NOT NULL,
  next_block integer NOT NULL,
  total integer NOT NULL,
  added integer NOT NULL,
  changed integer NOT NULL,
  known integer NOT NULL,
  skipped integer NOT NULL,
  bad integer NOT NULL,
  failure text,
  created_at timestamp with time zone NOT NULL,
  created_by uuid,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  row_version integer NOT NULL,
  CONSTRAINT pk_import_runs PRIMARY KEY (id),
  CONSTRAINT ck_import_runs_kind CHECK (kind = ANY (ARRAY['CASES'::text, 'COMPANIES'::text, 'AGENCIES'::text, 'PEOPLE'::text])),
  CONSTRAINT ck_import_runs_state CHECK (state = ANY (ARRAY['UPLOADED'::text, 'MAPPED'::text, 'RUNNING'::text, 'DONE'::text, 'FAILED'::text, 'CANCELLED'::text])),
  CONSTRAINT fk_import_runs_created_by FOREIGN KEY (created_by) REFERENCES officers(id)
);
CREATE INDEX ix_import_runs_created_at ON import_runs USING btree (created_at);
CREATE TABLE case_external_refs (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  system text NOT NULL,
  number text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT pk_case_external_refs PRIMARY KEY (id),
  CONSTRAINT fk_case_external_refs_case_id FOREIGN KEY (case_id) REFERENCES cases(id)
);
CREATE INDEX ix_case_external_refs_case_id ON case_external_refs USING btree (case_id);
CREATE INDEX ix_case_external_refs_number ON case_external_refs USING btree (number);
CREATE UNIQUE INDEX uq_case_external_refs_system_number ON case_external_refs USING btree (system, number, case_id);
CREATE TABLE import_bad_lines (
  id uuid NOT NULL,
  run_id uuid NOT NULL,
  sheet integer NOT NULL,
  line integer NOT NULL,
  "position" integer,
  reason text NOT NULL,
  message text NOT NULL,
  severity text NOT NULL,
  cells bytea,
  CONSTRAINT pk_import_bad_lines PRIMARY KEY (id),
  CONSTRAINT ck_import_bad_lines_severity CHECK (severity = ANY (ARRAY['BAD'::text, 'NOTICE'::text])),
  CONSTRAINT fk_import_bad_lines_run_id FOREIGN KEY (run_id) REFERENCES import_runs(id)
);
CREATE INDEX ix_import_bad_lines_run_id ON import_bad_lines USING btree (run_id, severity, sheet, line);
CREATE TABLE import_blocks (
  run_id uuid NOT NULL,
  number integer NOT NULL,
  sheet integer NOT NULL,
  body bytea NOT NULL,
  CONSTRAINT pk_import_blocks PRIMARY KEY (run_id, number),
  CONSTRAINT fk_import_blocks_run_id FOREIGN KEY (run_id) REFERENCES import_runs(id)
);
CREATE TABLE city_logos (
  id uuid NOT NULL,
  content bytea NOT NULL,
  media_type text NOT NULL,
  added_at timestamp with time zone NOT NULL,
  added_by uuid,
  CONSTRAINT pk_city_logos PRIMARY KEY (id)
);
CREATE TABLE form_fields (
  id uuid NOT NULL,
  record_kind text NOT NULL,
  category text,
  code text NOT NULL,
  label text NOT NULL,
  help text NOT NULL,
  kind text NOT NULL,
  unit text NOT NULL,
  choices jsonb NOT NULL,
  required boolean NOT NULL,
  personal boolean NOT NULL,
  on_portal boolean NOT NULL,
  on_office boolean NOT NULL,
  "position" integer NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  row_version integer NOT NULL,
  CONSTRAINT pk_form_fields PRIMARY KEY (id),
  CONSTRAINT ck_form_fields_kind CHECK (kind = ANY (ARRAY['SHORT'::text, 'LONG'::text, 'NUMBER'::text, 'WON'::text, 'DATE'::text, 'YESNO'::text, 'ONE'::text, 'MANY'::text]))
);
CREATE UNIQUE INDEX uq_form_fields_record_kind_code ON form_fields USING btree (record_kind, code);
CREATE TABLE settings_history (
  id uuid NOT NULL,
  change_id uuid NOT NULL,
  group_slug text NOT NULL,
  key text NOT NULL,
  old jsonb,
  new jsonb,
  changed_at timestamp with time zone NOT NULL,
  changed_by uuid,
  CONSTRAINT pk_settings_history PRIMARY KEY (id)
);
CREATE INDEX ix_settings_history_group_slug_changed_at ON settings_history USING btree (group_slug, changed_at);
CREATE TABLE form_values (
  id uuid NOT NULL,
  record_kind text NOT NULL,
  record_id uuid NOT NULL,
  field_id uuid NOT NULL,
  field_version integer NOT NULL,
  label text NOT NULL,
  content jsonb,
  content_sealed bytea,
  answered_at timestamp with time zone NOT NULL,
  answered_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_form_values PRIMARY KEY (id),
  CONSTRAINT fk_form_values_field_id FOREIGN KEY (field_id) REFERENCES form_fields(id)
);
CREATE INDEX ix_form_values_field_id ON form_values USING btree (field_id);
CREATE UNIQUE INDEX uq_form_values_record_id_field_id ON form_values USING btree (record_id, field_id);
CREATE TABLE invitations (
  id uuid NOT NULL,
  officer_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  made_at timestamp with time zone NOT NULL,
  made_by uuid,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  CONSTRAINT pk_invitations PRIMARY KEY (id),
  CONSTRAINT fk_invitations_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id)
);
CREATE INDEX ix_invitations_officer_id ON invitations USING btree (officer_id);
CREATE UNIQUE INDEX uq_invitations_token_hash ON invitations USING btree (token_hash);
CREATE TABLE destructions (
  id uuid NOT NULL,
  run_id uuid NOT NULL,
  rule text NOT NULL,
  title text NOT NULL,
  years integer NOT NULL,
  ended_before date NOT NULL,
  ended_from date NOT NULL,
  ended_to date NOT NULL,
  record_count integer NOT NULL,
  done_at timestamp with time zone NOT NULL,
  asked_by uuid,
  CONSTRAINT pk_destructions PRIMARY KEY (id)
);
CREATE INDEX ix_destructions_done_at ON destructions USING btree (done_at);
CREATE INDEX ix_destructions_run_id ON destructions USING btree (run_id);
CREATE TABLE mask_runs (
  id uuid NOT NULL,
  total integer NOT NULL,
  done integer NOT NULL,
  place text,
  last_id uuid,
  started_at timestamp with time zone NOT NULL,
  started_by uuid,
  finished_at timestamp with time zone,
  row_version integer NOT NULL,
  CONSTRAINT pk_mask_runs PRIMARY KEY (id)
);
CREATE INDEX ix_mask_runs_started_at ON mask_runs USING btree (started_at);
CREATE TABLE regional_teams (
  id uuid NOT NULL,
  name text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT pk_regional_teams PRIMARY KEY (id),
  CONSTRAINT uq_regional_teams_name UNIQUE (name)
);
CREATE TABLE retention_holds (
  id uuid NOT NULL,
  subject_kind text NOT NULL,
  record_id uuid NOT NULL,
  label text NOT NULL,
  reason text NOT NULL,
  held_at timestamp with time zone NOT NULL,
  held_by uuid,
  released_at timestamp with time zone,
  released_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_retention_holds PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_retention_holds_open ON retention_holds USING btree (subject_kind, record_id) WHERE released_at IS NULL;
CREATE TABLE retention_runs (
  id uuid NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  asked_by uuid,
  finished_at timestamp with time zone,
  CONSTRAINT pk_retention_runs PRIMARY KEY (id)
);
CREATE INDEX ix_retention_runs_asked_at ON retention_runs USING btree (asked_at);
CREATE TABLE role_rights (
  id uuid NOT NULL,
  role text NOT NULL,
  permission text NOT NULL,
  granted boolean NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  changed_by uuid,
  CONSTRAINT pk_role_rights PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_role_rights_role_permission ON role_rights USING btree (role, permission);
CREATE TABLE regional_grants (
  id uuid NOT NULL,
  officer_id uuid NOT NULL,
  team_id uuid NOT NULL,
  valid_from date NOT NULL,
  valid_to date NOT NULL,
  granted_at timestamp with time zone NOT NULL,
  granted_by uuid,
  ended_at timestamp with time zone,
  ended_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_regional_grants PRIMARY KEY (id),
  CONSTRAINT ck_regional_grants_days CHECK (valid_to >= valid_from),
  CONSTRAINT fk_regional_grants_officer_id FOREIGN KEY (officer_id) REFERENCES officers(id),
  CONSTRAINT fk_regional_grants_team_id FOREIGN KEY (team_id) REFERENCES regional_teams(id)
);
CREATE INDEX ix_regional_grants_officer_id ON regional_grants USING btree (officer_id);
CREATE INDEX ix_regional_grants_team_id ON regional_grants USING btree (team_id);
CREATE TABLE survey_answers (
  id uuid NOT NULL,
  answered_on date NOT NULL,
  unit_id uuid,
  category text NOT NULL,
  speed integer,
  kindness integer,
  result integer,
  comment text,
  CONSTRAINT pk_survey_answers PRIMARY KEY (id),
  CONSTRAINT ck_survey_answers_kindness CHECK (kindness >= 1 AND kindness <= 5),
  CONSTRAINT ck_survey_answers_result CHECK (result >= 1 AND result <= 5),
  CONSTRAINT ck_survey_answers_speed CHECK (speed >= 1 AND speed <= 5),
  CONSTRAINT fk_survey_answers_unit_id FOREIGN KEY (unit_id) REFERENCES org_units(id)
);
CREATE INDEX ix_survey_answers_answered_on ON survey_answers USING btree (answered_on);
CREATE TABLE case_approvals (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  disposition text NOT NULL,
  implementation text NOT NULL,
  answer text NOT NULL,
  steps jsonb NOT NULL,
  waits_for text NOT NULL,
  state text NOT NULL,
  submitted_at timestamp with time zone NOT NULL,
  submitted_by uuid,
  decided_at timestamp with time zone,
  decided_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_case_approvals PRIMARY KEY (id),
  CONSTRAINT ck_case_approvals_state CHECK (state = ANY (ARRAY['PENDING'::text, 'APPROVED'::text, 'REJECTED'::text, 'RECALLED'::text])),
  CONSTRAINT ck_case_approvals_waits_for CHECK (waits_for = ANY (ARRAY['TEAM_LEADER'::text, 'DIVISION_HEAD'::text])),
  CONSTRAINT fk_case_approvals_case_id FOREIGN KEY (case_id) REFERENCES cases(id)
);
CREATE INDEX ix_case_approvals_case_id ON case_approvals USING btree (case_id);
CREATE INDEX ix_case_approvals_waiting ON case_approvals USING btree (waits_for, submitted_at, id) WHERE state = 'PENDING'::text;
CREATE UNIQUE INDEX uq_case_approvals_pending ON case_approvals USING btree (case_id) WHERE state = 'PENDING'::text;
CREATE TABLE case_shares (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  team_id uuid NOT NULL,
  reason text NOT NULL,
  shared_at timestamp with time zone NOT NULL,
  shared_by uuid,
  revoked_at timestamp with time zone,
  revoked_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_case_shares PRIMARY KEY (id),
  CONSTRAINT fk_case_shares_case_id FOREIGN KEY (case_id) REFERENCES cases(id),
  CONSTRAINT fk_case_shares_team_id FOREIGN KEY (team_id) REFERENCES regional_teams(id)
);
CREATE INDEX ix_case_shares_case_id ON case_shares USING btree (case_id);
CREATE UNIQUE INDEX uq_case_shares_open ON case_shares USING btree (team_id, case_id) WHERE revoked_at IS NULL;
CREATE TABLE survey_requests (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  unit_id uuid,
  category text NOT NULL,
  code_hash bytea NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  answered boolean NOT NULL,
  CONSTRAINT pk_survey_requests PRIMARY KEY (id),
  CONSTRAINT uq_survey_requests_case_id UNIQUE (case_id),
  CONSTRAINT uq_survey_requests_code_hash UNIQUE (code_hash),
  CONSTRAINT fk_survey_requests_case_id FOREIGN KEY (case_id) REFERENCES cases(id),
  CONSTRAINT fk_survey_requests_unit_id FOREIGN KEY (unit_id) REFERENCES org_units(id)
);
CREATE INDEX ix_survey_requests_asked_at ON survey_requests USING btree (asked_at);
