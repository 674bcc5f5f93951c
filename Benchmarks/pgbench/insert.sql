-- The insert alone, into the same table with the same indexes: no session row, and a seq that nothing orders.
\set session random(1, 1000)
INSERT INTO radbot_chathistory.chat_messages
    (session_id, message_id, seq, revision, reset_epoch, "timestamp", digest, role, content)
VALUES (lpad(to_hex(1000000 + :session::int), 32, '0')::uuid, gen_random_uuid(),
    nextval('radbot_chathistory.benchmark_seq'), 1, 0, now(),
    decode(repeat('5a', 32), 'hex'), 'user', repeat('x', 200));
