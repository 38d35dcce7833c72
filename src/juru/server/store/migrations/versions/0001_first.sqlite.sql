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

CREATE TABLE records (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    body TEXT NOT NULL,
    "by" TEXT NOT NULL,
    reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX records_key ON records (kind, "key", id)

CREATE TRIGGER records_no_update BEFORE UPDATE OF id, commit_no, kind, key, body, by, reason, at_ms ON records BEGIN SELECT RAISE(ABORT, 'records: written once'); END

CREATE TRIGGER records_no_delete BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'records: never deleted'); END

CREATE TABLE orders (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    ref TEXT,
    product TEXT NOT NULL,
    dest TEXT NOT NULL,
    amount_idr INTEGER,
    price_idr INTEGER NOT NULL,
    legs TEXT,
    channel TEXT NOT NULL,
    counter INTEGER,
    notify TEXT,
    hold_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    max_price_idr INTEGER,
    state TEXT NOT NULL,
    sn TEXT,
    reason TEXT,
    supplier TEXT,
    cost_idr INTEGER,
    post_id INTEGER,
    final_ms INTEGER,
    PRIMARY KEY (id)
)

CREATE INDEX orders_chat ON orders (agent_id, dest) WHERE ref IS NULL

CREATE INDEX orders_open ON orders (id) WHERE state = 'accepted'

CREATE UNIQUE INDEX orders_ref ON orders (agent_id, ref) WHERE ref IS NOT NULL

CREATE TRIGGER orders_no_update BEFORE UPDATE OF id, commit_no, agent_id, ref, product, dest, amount_idr, price_idr, legs, channel, counter, notify, hold_id, day, at_ms, expires_ms, max_price_idr ON orders BEGIN SELECT RAISE(ABORT, 'orders: written once'); END

CREATE TRIGGER orders_no_delete BEFORE DELETE ON orders BEGIN SELECT RAISE(ABORT, 'orders: never deleted'); END

CREATE TABLE attempts (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    offer TEXT NOT NULL,
    supplier TEXT NOT NULL,
    sku TEXT NOT NULL,
    ref TEXT NOT NULL,
    cost_idr INTEGER NOT NULL,
    max_price_idr INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    why TEXT NOT NULL,
    state TEXT NOT NULL,
    send_by_ms INTEGER,
    sent_ms INTEGER,
    sn TEXT,
    reason TEXT,
    late_cost_idr INTEGER,
    PRIMARY KEY (id)
)

CREATE INDEX attempts_order ON attempts (order_id)

CREATE UNIQUE INDEX attempts_ref ON attempts (ref)

CREATE TRIGGER attempts_no_update BEFORE UPDATE OF id, commit_no, order_id, number, offer, supplier, sku, ref, cost_idr, max_price_idr, at_ms, expires_ms, why ON attempts BEGIN SELECT RAISE(ABORT, 'attempts: written once'); END

CREATE TRIGGER attempts_no_delete BEFORE DELETE ON attempts BEGIN SELECT RAISE(ABORT, 'attempts: never deleted'); END

CREATE TABLE events (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX events_order ON events (order_id)

CREATE TRIGGER events_no_update BEFORE UPDATE OF id, commit_no, order_id, kind, body ON events BEGIN SELECT RAISE(ABORT, 'events: written once'); END

CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events: never deleted'); END

CREATE TABLE messages (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    channel TEXT NOT NULL,
    sender TEXT NOT NULL,
    message_id TEXT NOT NULL,
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX messages_id ON messages (agent_id, message_id)

CREATE INDEX messages_text ON messages (agent_id, at_ms)

CREATE TRIGGER messages_no_update BEFORE UPDATE OF id, commit_no, agent_id, channel, sender, message_id, text, at_ms, body ON messages BEGIN SELECT RAISE(ABORT, 'messages: written once'); END

CREATE TRIGGER messages_no_delete BEFORE DELETE ON messages BEGIN SELECT RAISE(ABORT, 'messages: never deleted'); END

CREATE TABLE outbox (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    channel TEXT NOT NULL,
    "view" TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_ms INTEGER,
    PRIMARY KEY (id)
)

CREATE INDEX outbox_order ON outbox (order_id)

CREATE INDEX outbox_waiting ON outbox (id) WHERE state = 'waiting'

CREATE TRIGGER outbox_no_update BEFORE UPDATE OF id, commit_no, order_id, agent_id, channel, view, at_ms ON outbox BEGIN SELECT RAISE(ABORT, 'outbox: written once'); END

CREATE TRIGGER outbox_no_delete BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'outbox: never deleted'); END

CREATE TABLE deliveries (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    outbox_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    next_ms INTEGER,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX deliveries_outbox ON deliveries (outbox_id)

CREATE TRIGGER deliveries_no_update BEFORE UPDATE OF id, commit_no, outbox_id, state, next_ms, at_ms ON deliveries BEGIN SELECT RAISE(ABORT, 'deliveries: written once'); END

CREATE TRIGGER deliveries_no_delete BEFORE DELETE ON deliveries BEGIN SELECT RAISE(ABORT, 'deliveries: never deleted'); END

CREATE TABLE queue_items (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    order_id INTEGER,
    attempt_id INTEGER,
    note TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    closed_ms INTEGER,
    closed_by TEXT,
    PRIMARY KEY (id)
)

CREATE INDEX queue_items_open ON queue_items (id) WHERE closed_ms IS NULL

CREATE INDEX queue_items_order ON queue_items (order_id)

CREATE TRIGGER queue_items_no_update BEFORE UPDATE OF id, commit_no, kind, order_id, attempt_id, note, at_ms ON queue_items BEGIN SELECT RAISE(ABORT, 'queue_items: written once'); END

CREATE TRIGGER queue_items_no_delete BEFORE DELETE ON queue_items BEGIN SELECT RAISE(ABORT, 'queue_items: never deleted'); END

CREATE TABLE queue_closings (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    closed_ms INTEGER NOT NULL,
    closed_by TEXT NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX queue_closings_item ON queue_closings (item_id)

CREATE TRIGGER queue_closings_no_update BEFORE UPDATE OF id, commit_no, item_id, closed_ms, closed_by ON queue_closings BEGIN SELECT RAISE(ABORT, 'queue_closings: written once'); END

CREATE TRIGGER queue_closings_no_delete BEFORE DELETE ON queue_closings BEGIN SELECT RAISE(ABORT, 'queue_closings: never deleted'); END

CREATE TABLE refusals (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    agent TEXT,
    channel TEXT NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE TRIGGER refusals_no_update BEFORE UPDATE OF id, commit_no, agent, channel, code, detail, at_ms ON refusals BEGIN SELECT RAISE(ABORT, 'refusals: written once'); END

CREATE TRIGGER refusals_no_delete BEFORE DELETE ON refusals BEGIN SELECT RAISE(ABORT, 'refusals: never deleted'); END

CREATE TABLE callbacks (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    supplier TEXT NOT NULL,
    ref TEXT,
    attempt_id INTEGER,
    raw TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX callbacks_attempt ON callbacks (attempt_id)

CREATE TRIGGER callbacks_no_update BEFORE UPDATE OF id, commit_no, supplier, ref, attempt_id, raw, at_ms ON callbacks BEGIN SELECT RAISE(ABORT, 'callbacks: written once'); END

CREATE TRIGGER callbacks_no_delete BEFORE DELETE ON callbacks BEGIN SELECT RAISE(ABORT, 'callbacks: never deleted'); END
