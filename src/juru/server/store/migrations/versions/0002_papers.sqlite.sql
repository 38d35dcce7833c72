CREATE TABLE papers (
    id INTEGER NOT NULL,
    commit_no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    body TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE INDEX papers_key ON papers (kind, "key", id)

CREATE TRIGGER papers_no_update BEFORE UPDATE OF id, commit_no, kind, key, body, at_ms ON papers BEGIN SELECT RAISE(ABORT, 'papers: written once'); END

CREATE TRIGGER papers_no_delete BEFORE DELETE ON papers BEGIN SELECT RAISE(ABORT, 'papers: never deleted'); END

CREATE TABLE paper_heads (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    latest_id INTEGER NOT NULL,
    open INTEGER NOT NULL,
    agent_id INTEGER,
    mark TEXT,
    day INTEGER,
    PRIMARY KEY (id)
)

CREATE INDEX paper_heads_agent ON paper_heads (agent_id, kind, id)

CREATE UNIQUE INDEX paper_heads_key ON paper_heads (kind, "key")

CREATE INDEX paper_heads_kind ON paper_heads (kind, id)

CREATE INDEX paper_heads_mark ON paper_heads (kind, mark, id) WHERE mark IS NOT NULL

CREATE INDEX paper_heads_open ON paper_heads (kind, id) WHERE open = 1

CREATE INDEX paper_heads_open_mark ON paper_heads (kind, mark, id) WHERE open = 1
