CREATE TABLE invoices (
    number TEXT NOT NULL,
    member TEXT NOT NULL,
    branch TEXT NOT NULL,
    issued_day INTEGER NOT NULL,
    due_day INTEGER NOT NULL,
    renews_day INTEGER NOT NULL,
    total_idr INTEGER NOT NULL,
    unique_code INTEGER NOT NULL,
    outstanding_idr INTEGER NOT NULL,
    asked_idr INTEGER NOT NULL,
    promised_by TEXT NOT NULL,
    waived_idr INTEGER NOT NULL,
    PRIMARY KEY (number)
)

CREATE INDEX invoices_asked ON invoices (asked_idr) WHERE outstanding_idr > 0

CREATE INDEX invoices_branch ON invoices (branch, due_day)

CREATE INDEX invoices_member ON invoices (member)

INSERT INTO invoices
WITH standing AS (
    SELECT id, subject_id, kind, on_day, body FROM facts
    WHERE subject_kind = 'invoice' AND reverses IS NULL
    AND id NOT IN (SELECT reverses FROM facts WHERE reverses IS NOT NULL)
),
issued AS (
    SELECT subject_id AS number, on_day, body,
        (SELECT sum(json_extract(l.value, '$.amount_idr')) FROM json_each(body, '$.lines') l) AS total_idr,
        (SELECT min(json_extract(l.value, '$.period.from')) FROM json_each(body, '$.lines') l
            WHERE json_extract(l.value, '$.kind') = 'dues') AS since,
        (SELECT count(*) FROM json_each(body, '$.lines') l
            WHERE json_extract(l.value, '$.kind') = 'reinstatement_fee') AS reinstates,
        coalesce(json_extract(body, '$.unique_code'), 0) AS code
    FROM standing WHERE kind = 'issued'
),
moved AS (
    SELECT subject_id AS number,
        sum(json_extract(body, '$.amount_idr')) AS settled_idr,
        sum(CASE WHEN kind = 'written_off' THEN json_extract(body, '$.amount_idr') ELSE 0 END) AS waived_idr
    FROM standing WHERE kind IN ('allocated', 'written_off') GROUP BY subject_id
),
promised AS (
    SELECT subject_id AS number, json_extract(body, '$.collector') AS collector, max(id)
    FROM standing WHERE kind = 'promised' GROUP BY subject_id
)
SELECT i.number, json_extract(i.body, '$.member'), json_extract(i.body, '$.branch'), i.on_day,
    CAST(replace(json_extract(i.body, '$.due_on'), '-', '') AS INTEGER),
    CASE WHEN i.since IS NULL OR i.reinstates > 0 OR json_extract(i.body, '$.due_on') >= i.since THEN 99991231
        ELSE CAST(replace(i.since, '-', '') AS INTEGER) END,
    i.total_idr, i.code, i.total_idr - coalesce(m.settled_idr, 0),
    CASE WHEN i.total_idr = coalesce(m.settled_idr, 0) THEN 0
        ELSE i.total_idr - coalesce(m.settled_idr, 0) + i.code END,
    coalesce(p.collector, ''), coalesce(m.waived_idr, 0)
FROM issued i LEFT JOIN moved m ON m.number = i.number LEFT JOIN promised p ON p.number = i.number
