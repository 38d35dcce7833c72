CREATE INDEX transfers_endings ON transfers (day) WHERE kind IN ('void', 'direct', 'reversal')

CREATE TABLE daily_sums (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    day INTEGER NOT NULL,
    dimension TEXT NOT NULL,
    "key" TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    succeeded INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    reversed INTEGER NOT NULL,
    late INTEGER NOT NULL,
    earlier INTEGER NOT NULL,
    attempts_failed INTEGER NOT NULL,
    sales_idr INTEGER NOT NULL,
    cost_idr INTEGER NOT NULL,
    commission_idr INTEGER NOT NULL,
    reversed_idr INTEGER NOT NULL,
    late_idr INTEGER NOT NULL,
    losses_idr INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX daily_sums_day ON daily_sums (dimension, day)

CREATE INDEX daily_sums_key ON daily_sums (dimension, "key", day)

CREATE TRIGGER daily_sums_no_update BEFORE UPDATE OF id, commit_no, day, dimension, key, accepted, succeeded, failed, reversed, late, earlier, attempts_failed, sales_idr, cost_idr, commission_idr, reversed_idr, late_idr, losses_idr ON daily_sums BEGIN SELECT RAISE(ABORT, 'daily_sums: written once'); END

CREATE TRIGGER daily_sums_no_delete BEFORE DELETE ON daily_sums BEGIN SELECT RAISE(ABORT, 'daily_sums: never deleted'); END

CREATE TABLE daily_accounts (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    day INTEGER NOT NULL,
    account INTEGER NOT NULL,
    postings INTEGER NOT NULL,
    debit_idr INTEGER NOT NULL,
    credit_idr INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX daily_accounts_account ON daily_accounts (account, day)

CREATE INDEX daily_accounts_day ON daily_accounts (day)

CREATE TRIGGER daily_accounts_no_update BEFORE UPDATE OF id, commit_no, day, account, postings, debit_idr, credit_idr ON daily_accounts BEGIN SELECT RAISE(ABORT, 'daily_accounts: written once'); END

CREATE TRIGGER daily_accounts_no_delete BEFORE DELETE ON daily_accounts BEGIN SELECT RAISE(ABORT, 'daily_accounts: never deleted'); END

CREATE TABLE day_closings (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    day INTEGER NOT NULL,
    head_no INTEGER NOT NULL,
    head_seal TEXT NOT NULL,
    sums INTEGER NOT NULL,
    accounts INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX day_closings_day ON day_closings (day)

CREATE TRIGGER day_closings_no_update BEFORE UPDATE OF id, commit_no, day, head_no, head_seal, sums, accounts, at_ms ON day_closings BEGIN SELECT RAISE(ABORT, 'day_closings: written once'); END

CREATE TRIGGER day_closings_no_delete BEFORE DELETE ON day_closings BEGIN SELECT RAISE(ABORT, 'day_closings: never deleted'); END
