-- One append as the store has to do it: the next seq from the session's row, the message, the session's counters.
\set session random(1, 1000)
WITH session AS (
    UPDATE radbot_chathistory.chat_sessions
    SET last_seq = last_seq + 1, revision = revision + 1, last_message_at = now(), preview = 'a preview'
    WHERE session_id = lpad(to_hex(:session::int), 32, '0')::uuid
    RETURNING session_id, last_seq, revision, reset_epoch
)
INSERT INTO radbot_chathistory.chat_messages
    (session_id, message_id, seq, revision, reset_epoch, "timestamp", digest, role, content)
SELECT session_id, gen_random_uuid(), last_seq, revision, reset_epoch, now(),
    decode(repeat('5a', 32), 'hex'), 'user', repeat('x', 200)
FROM session;
