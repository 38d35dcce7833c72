UPDATE paper_heads SET mark = (
    SELECT json_extract(body, '$.supplier') || '/' || json_extract(body, '$.draft.kind') || '/'
        || coalesce(json_extract(body, '$.state'), 'proposed')
    FROM papers WHERE papers.id = paper_heads.latest_id
) WHERE kind = 'finding'
