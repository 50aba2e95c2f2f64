-- bucheon 0002: generated from the revisions by `sinmungo headsql`, not by hand.
CREATE TABLE bucheon_project100_rounds (
  id uuid NOT NULL,
  name text NOT NULL,
  selected_on date NOT NULL,
  capacity integer NOT NULL,
  min_employees integer NOT NULL,
  closed_on date,
  created_at timestamp with time zone NOT NULL,
  row_version integer NOT NULL,
  CONSTRAINT pk_bucheon_project100_rounds PRIMARY KEY (id),
  CONSTRAINT ck_bucheon_project100_rounds_capacity CHECK (capacity > 0),
  CONSTRAINT ck_bucheon_project100_rounds_min_employees CHECK (min_employees >= 0)
);
CREATE UNIQUE INDEX uq_bucheon_project100_rounds_name ON bucheon_project100_rounds USING btree (name);
CREATE TABLE bucheon_project100_enrolments (
  id uuid NOT NULL,
  round_id uuid NOT NULL,
  company_id uuid NOT NULL,
  apply_no integer NOT NULL,
  status text NOT NULL,
  employees integer NOT NULL,
  employees_on date NOT NULL,
  applied_at timestamp with time zone NOT NULL,
  active_on date,
  ended_on date,
  end_reason text,
  end_note text,
  row_version integer NOT NULL,
  CONSTRAINT pk_bucheon_project100_enrolments PRIMARY KEY (id),
  CONSTRAINT ck_bucheon_project100_enrolments_end_reason CHECK ((status = 'ENDED'::text) = (end_reason IS NOT NULL)),
  CONSTRAINT ck_bucheon_project100_enrolments_status CHECK (status = ANY (ARRAY['ACTIVE'::text, 'WAITING'::text, 'ENDED'::text])),
  CONSTRAINT fk_bucheon_project100_enrolments_round_id FOREIGN KEY (round_id) REFERENCES bucheon_project100_rounds(id)
);
CREATE INDEX ix_bucheon_project100_enrolments_company_id ON bucheon_project100_enrolments USING btree (company_id);
CREATE INDEX ix_bucheon_project100_enrolments_round_id_status ON bucheon_project100_enrolments USING btree (round_id, status);
CREATE UNIQUE INDEX uq_bucheon_project100_enrolments_apply_no ON bucheon_project100_enrolments USING btree (round_id, apply_no);
CREATE UNIQUE INDEX uq_bucheon_project100_enrolments_open ON bucheon_project100_enrolments USING btree (company_id) WHERE status <> 'ENDED'::text;
CREATE TABLE bucheon_project100_dedications (
  id uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  officer_id uuid NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  reason text,
  assigned_at timestamp with time zone NOT NULL,
  assigned_by uuid,
  handover_id uuid,
  CONSTRAINT pk_bucheon_project100_dedications PRIMARY KEY (id),
  CONSTRAINT fk_bucheon_project100_dedications_enrolment_id FOREIGN KEY (enrolment_id) REFERENCES bucheon_project100_enrolments(id)
);
CREATE INDEX ix_bucheon_project100_dedications_enrolment_id ON bucheon_project100_dedications USING btree (enrolment_id);
CREATE INDEX ix_bucheon_project100_dedications_handover_id ON bucheon_project100_dedications USING btree (handover_id);
CREATE INDEX ix_bucheon_project100_dedications_officer_id ON bucheon_project100_dedications USING btree (officer_id);
CREATE UNIQUE INDEX uq_bucheon_project100_dedications_open ON bucheon_project100_dedications USING btree (enrolment_id) WHERE valid_to IS NULL;
CREATE TABLE bucheon_project100_signals (
  id uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  case_id uuid NOT NULL,
  officer_id uuid,
  at timestamp with time zone NOT NULL,
  CONSTRAINT pk_bucheon_project100_signals PRIMARY KEY (id),
  CONSTRAINT uq_bucheon_project100_signals_case_id UNIQUE (case_id),
  CONSTRAINT fk_bucheon_project100_signals_enrolment_id FOREIGN KEY (enrolment_id) REFERENCES bucheon_project100_enrolments(id)
);
CREATE INDEX ix_bucheon_project100_signals_enrolment_id ON bucheon_project100_signals USING btree (enrolment_id);
CREATE TABLE bucheon_project100_contacts (
  id uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  contacted_on date NOT NULL,
  method text NOT NULL,
  officer_id uuid NOT NULL,
  met_sealed bytea,
  met_mask text,
  met_hash bytea,
  met_title text,
  summary text NOT NULL,
  logged_at timestamp with time zone NOT NULL,
  logged_by uuid,
  voided_at timestamp with time zone,
  voided_by uuid,
  void_reason text,
  row_version integer NOT NULL,
  CONSTRAINT pk_bucheon_project100_contacts PRIMARY KEY (id),
  CONSTRAINT ck_bucheon_project100_contacts_method CHECK (method = ANY (ARRAY['VISIT'::text, 'PHONE'::text, 'CALL_IN'::text, 'MEETING'::text, 'WRITTEN'::text])),
  CONSTRAINT ck_bucheon_project100_contacts_voided CHECK ((voided_at IS NULL) = (void_reason IS NULL)),
  CONSTRAINT fk_bucheon_project100_contacts_enrolment_id FOREIGN KEY (enrolment_id) REFERENCES bucheon_project100_enrolments(id)
);
CREATE INDEX ix_bucheon_project100_contacts_contacted_on ON bucheon_project100_contacts USING btree (contacted_on);
CREATE INDEX ix_bucheon_project100_contacts_enrolment_id ON bucheon_project100_contacts USING btree (enrolment_id, contacted_on);
CREATE INDEX ix_bucheon_project100_contacts_met_hash ON bucheon_project100_contacts USING btree (met_hash);
CREATE TABLE bucheon_project100_items (
  id uuid NOT NULL,
  contact_id uuid NOT NULL,
  case_id uuid NOT NULL,
  is_regulation boolean NOT NULL,
  rule text,
  state text,
  state_note text,
  decided_at timestamp with time zone,
  decided_by uuid,
  row_version integer NOT NULL,
  CONSTRAINT pk_bucheon_project100_items PRIMARY KEY (id),
  CONSTRAINT uq_bucheon_project100_items_case_id UNIQUE (case_id),
  CONSTRAINT ck_bucheon_project100_items_regulation CHECK (is_regulation = (state IS NOT NULL)),
  CONSTRAINT ck_bucheon_project100_items_state CHECK (state = ANY (ARRAY['CANDIDATE'::text, 'PROPOSED'::text, 'DROPPED'::text])),
  CONSTRAINT fk_bucheon_project100_items_contact_id FOREIGN KEY (contact_id) REFERENCES bucheon_project100_contacts(id)
);
CREATE INDEX ix_bucheon_project100_items_contact_id ON bucheon_project100_items USING btree (contact_id);
