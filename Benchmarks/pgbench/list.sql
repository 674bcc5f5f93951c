-- The newest 50 messages of a session.
\set session random(1, 1000)
SELECT message_id, session_id, seq, revision, reset_epoch, role, content, agent_name, user_id, "timestamp", metadata,
    state, edited_at, deleted_at
FROM radbot_chathistory.chat_messages
WHERE session_id = lpad(to_hex(:session::int), 32, '0')::uuid
ORDER BY seq DESC LIMIT 50;
