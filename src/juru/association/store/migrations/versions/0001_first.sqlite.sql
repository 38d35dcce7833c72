CREATE TABLE commits (
    no INTEGER NOT NULL,
    batch_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (no)
)

CREATE TRIGGER commits_no_update BEFORE UPDATE OF no, batch_id, at_ms, seal ON commits BEGIN SELECT RAISE(ABORT, 'commits: written once'); END

CREATE TRIGGER commits_no_delete BEFORE DELETE ON commits BEGIN SELECT RAISE(ABORT, 'commits: never deleted'); END

CREATE TABLE transfers (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    of_id INTEGER,
    code TEXT NOT NULL,
    order_id INTEGER,
    day INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    memo TEXT,
    PRIMARY KEY (id)
)

CREATE INDEX transfers_day ON transfers (day)

CREATE INDEX transfers_endings ON transfers (day) WHERE kind IN ('void', 'direct', 'reversal')

CREATE INDEX transfers_order ON transfers (order_id) WHERE kind IN ('void', 'direct', 'reversal')

CREATE INDEX transfers_reversal ON transfers (of_id) WHERE kind = 'reversal'

CREATE TRIGGER transfers_no_update BEFORE UPDATE OF id, commit_no, kind, of_id, code, order_id, day, at_ms, memo ON transfers BEGIN SELECT RAISE(ABORT, 'transfers: written once'); END

CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers BEGIN SELECT RAISE(ABORT, 'transfers: never deleted'); END

CREATE TABLE postings (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    transfer_id INTEGER NOT NULL,
    debit INTEGER NOT NULL,
    credit INTEGER NOT NULL,
    amount_idr INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX postings_credit ON postings (credit, id) WHERE credit >= 1000

CREATE INDEX postings_debit ON postings (debit, id) WHERE debit >= 1000

CREATE INDEX postings_transfer ON postings (transfer_id)

CREATE TRIGGER postings_no_update BEFORE UPDATE OF id, commit_no, transfer_id, debit, credit, amount_idr ON postings BEGIN SELECT RAISE(ABORT, 'postings: written once'); END

CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'postings: never deleted'); END

CREATE TABLE balances (
    account INTEGER NOT NULL,
    net_idr INTEGER NOT NULL,
    held_idr INTEGER NOT NULL,
    PRIMARY KEY (account)
)

CREATE TABLE accounts (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (id)
)

CREATE UNIQUE INDEX accounts_name ON accounts (name)

CREATE TRIGGER accounts_no_update BEFORE UPDATE OF id, commit_no, number, name ON accounts BEGIN SELECT RAISE(ABORT, 'accounts: written once'); END

CREATE TRIGGER accounts_no_delete BEFORE DELETE ON accounts BEGIN SELECT RAISE(ABORT, 'accounts: never deleted'); END

CREATE TABLE facts (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    on_day INTEGER NOT NULL,
    precision TEXT NOT NULL,
    through_day INTEGER,
    known_ms INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    source TEXT NOT NULL,
    reverses INTEGER,
    concerns TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX facts_concerns ON facts (concerns, kind, id) WHERE concerns IS NOT NULL

CREATE INDEX facts_kind ON facts (kind, on_day, concerns)

CREATE INDEX facts_names ON facts (id) WHERE kind IN ('registered', 'renamed')

CREATE UNIQUE INDEX facts_reverses ON facts (reverses) WHERE reverses IS NOT NULL

CREATE INDEX facts_subject ON facts (subject_kind, subject_id, id)

CREATE TRIGGER facts_no_update BEFORE UPDATE OF id, commit_no, subject_kind, subject_id, kind, on_day, precision, through_day, known_ms, recorded_by, source, reverses, concerns, body ON facts BEGIN SELECT RAISE(ABORT, 'facts: written once'); END

CREATE TRIGGER facts_no_delete BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts: never deleted'); END

CREATE TABLE documents (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX documents_sha256 ON documents (sha256)

CREATE TRIGGER documents_no_update BEFORE UPDATE OF id, commit_no, sha256, name, media_type, size_bytes, recorded_by, at_ms ON documents BEGIN SELECT RAISE(ABORT, 'documents: written once'); END

CREATE TRIGGER documents_no_delete BEFORE DELETE ON documents BEGIN SELECT RAISE(ABORT, 'documents: never deleted'); END

CREATE TABLE requests (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    result TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE UNIQUE INDEX requests_id ON requests (request_id)

CREATE TRIGGER requests_no_update BEFORE UPDATE OF id, commit_no, request_id, digest, result, recorded_by, at_ms ON requests BEGIN SELECT RAISE(ABORT, 'requests: written once'); END

CREATE TRIGGER requests_no_delete BEFORE DELETE ON requests BEGIN SELECT RAISE(ABORT, 'requests: never deleted'); END
