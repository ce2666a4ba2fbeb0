-- What a row is for the chain: docstring of eventstore/canonical.py, which computes the same bytes in Python.
CREATE FUNCTION jiandu_instant(instant timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

CREATE FUNCTION jiandu_genesis(town text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to('jiandu-log-1,' || octet_length(town)::text || ':' || town || ',', 'UTF8'));

CREATE FUNCTION jiandu_chain(
    previous bytea, town text, "position" bigint, stream text, version integer, event_id uuid, type text,
    schema_version integer, command_id text, command_index integer, business_time text, recorded_at text,
    body text, metadata text
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(previous || convert_to(
    octet_length(town)::text || ':' || town || ',' || "position"::text || ','
    || octet_length(stream)::text || ':' || stream || ',' || version::text || ',' || event_id::text || ','
    || octet_length(type)::text || ':' || type || ',' || schema_version::text || ','
    || octet_length(command_id)::text || ':' || command_id || ',' || command_index::text || ','
    || business_time || ',' || recorded_at || ','
    || octet_length(body)::text || ':' || body || ',' || octet_length(metadata)::text || ':' || metadata || ',',
    'UTF8'));

-- Append a batch of one town. Arrays p_streams .. p_repeats have one element an append, p_event_ids .. p_bodies one an event,
-- in the order of the appends. p_follows[i] is the earlier append of this batch to the same stream, p_repeats[i] the earlier
-- one under the same command id (0: none): the caller knows both, and a map costs more here than all the rest.
-- The row of town_log is locked first and until commit. This must stay: positions are gapless, readers need no more than
-- "position > last", and the chain has one end, only because no second append of the town runs before this one is visible.
-- It relies on READ COMMITTED: the statements after the lock see what the previous holder committed.
-- With p_all any verdict but 'appended' is an error, so that statements which count on it can be sent along. The last
-- position before the batch is left in the setting jiandu.before for them.
-- Plans are generic: planning anew for every batch takes longer than running it. And enable_seqscan is off, since a plan
-- made for the empty table of a new database would be kept while the table grows.
CREATE FUNCTION jiandu_append(
    p_town text,
    p_streams text[], p_expected integer[], p_epochs bigint[], p_commands text[], p_business timestamptz[],
    p_metadata text[], p_counts integer[], p_follows integer[], p_repeats integer[],
    p_event_ids uuid[], p_types text[], p_schemas integer[], p_bodies text[], p_all boolean,
    OUT verdicts text[], OUT firsts bigint[], OUT versions integer[], OUT epochs bigint[]
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_start bigint;
    v_position bigint;
    v_digest bytea;
    v_now timestamptz;
    v_recorded text;
    v_business text;
    v_taken text[];
    v_actual integer;
    v_event integer := 0;
    v_repeat integer;
    v_picked integer[] := '{}';
    v_owner integer[] := '{}';
    v_index integer[] := '{}';
    v_version integer[] := '{}';
    v_chain bytea[] := '{}';
    v_made integer := 0;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'jiandu_append needs READ COMMITTED' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    SELECT t.position, t.digest INTO v_start, v_digest FROM town_log t WHERE t.town = p_town FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO town_log VALUES (p_town, 0, jiandu_genesis(p_town)) ON CONFLICT DO NOTHING;
        SELECT t.position, t.digest INTO STRICT v_start, v_digest FROM town_log t WHERE t.town = p_town FOR UPDATE;
    END IF;
    v_position := v_start;
    PERFORM set_config('jiandu.before', v_start::text, true);
    v_now := clock_timestamp();
    v_recorded := jiandu_instant(v_now);

    SELECT array_agg(coalesce((
               SELECT e.version FROM event e WHERE e.town = p_town AND e.stream = a.stream ORDER BY e.version DESC LIMIT 1
           ), -1) ORDER BY a.n),
           array_agg(coalesce((
               SELECT s.epoch FROM stream_epoch s WHERE s.town = p_town AND s.stream = a.stream
           ), 0) ORDER BY a.n),
           array_agg((
               SELECT e.stream FROM event e WHERE e.town = p_town AND e.command_id = a.command AND e.command_index = 0
           ) ORDER BY a.n)
    INTO versions, epochs, v_taken
    FROM unnest(p_streams, p_commands) WITH ORDINALITY AS a (stream, command, n);
    verdicts := array_fill(''::text, ARRAY[cardinality(p_streams)]);
    firsts := array_fill(0::bigint, ARRAY[cardinality(p_streams)]);

    FOR i IN 1 .. cardinality(p_streams) LOOP
        IF p_follows[i] > 0 THEN
            versions[i] := versions[p_follows[i]];
        END IF;
        v_repeat := p_repeats[i];
        IF v_taken[i] IS NULL AND v_repeat > 0 AND verdicts[v_repeat] IN ('appended', 'duplicate') THEN
            v_taken[i] := p_streams[v_repeat];
        END IF;
        IF v_taken[i] IS DISTINCT FROM p_streams[i] AND v_taken[i] IS NOT NULL THEN
            verdicts[i] := 'taken';
        ELSIF p_epochs[i] < epochs[i] THEN
            verdicts[i] := 'stale_epoch';
        ELSIF v_taken[i] IS NOT NULL THEN
            verdicts[i] := 'duplicate';
        ELSIF p_expected[i] <> versions[i] THEN
            verdicts[i] := 'conflict';
        ELSE
            verdicts[i] := 'appended';
            firsts[i] := v_position + 1;
            v_actual := versions[i];
            v_business := jiandu_instant(p_business[i]);
            FOR k IN 1 .. p_counts[i] LOOP
                v_made := v_made + 1;
                v_position := v_position + 1;
                v_actual := v_actual + 1;
                v_digest := jiandu_chain(
                    v_digest, p_town, v_position, p_streams[i], v_actual, p_event_ids[v_event + k], p_types[v_event + k],
                    p_schemas[v_event + k], p_commands[i], k - 1, v_business, v_recorded, p_bodies[v_event + k],
                    p_metadata[i]);
                v_picked[v_made] := v_event + k;
                v_owner[v_made] := i;
                v_index[v_made] := k - 1;
                v_version[v_made] := v_actual;
                v_chain[v_made] := v_digest;
            END LOOP;
            versions[i] := v_actual;
        END IF;
        IF p_all AND verdicts[i] <> 'appended' THEN
            RAISE EXCEPTION 'append % of the batch: %', i, verdicts[i] USING ERRCODE = 'triggered_action_exception';
        END IF;
        v_event := v_event + p_counts[i];
    END LOOP;

    IF v_made > 0 THEN
        INSERT INTO event (
            town, position, stream, version, event_id, type, schema_version, command_id, command_index, business_time,
            recorded_at, body, metadata, digest)
        SELECT p_town, v_start + o.n, p_streams[o.owner], o.version, p_event_ids[o.picked], p_types[o.picked],
               p_schemas[o.picked], p_commands[o.owner], o.index, p_business[o.owner], v_now, p_bodies[o.picked],
               p_metadata[o.owner], o.digest
        FROM unnest(v_picked, v_owner, v_index, v_version, v_chain) WITH ORDINALITY
             AS o (picked, owner, index, version, digest, n);
        UPDATE town_log t SET position = v_position, digest = v_digest WHERE t.town = p_town;
    END IF;
END $$;
