-- The warm tier. Run as gp_owner at every start; every statement may be repeated.
-- {app} and {auditor} are the run-time roles; migration.py puts their quoted names in.

create schema if not exists platform;

create table if not exists platform.users (
    user_id       text primary key check (user_id <> ''),
    email         text not null,
    created_at    timestamptz not null default clock_timestamp(),
    -- who is filling the cold tier for this user, and when that was done
    data_claimed_at timestamptz,
    data_ready_at   timestamptz
);

create table if not exists platform.threads (
    thread_id  uuid primary key,
    user_id    text not null references platform.users on delete cascade,
    title      text not null,
    created_at timestamptz not null default clock_timestamp()
);

create table if not exists platform.runs (
    run_id      uuid primary key,
    user_id     text not null references platform.users on delete cascade,
    thread_id   uuid not null references platform.threads on delete cascade,
    message_id  text not null,
    gateway_id  text not null,
    status      text not null check (status in ('running', 'completed', 'partial', 'failed', 'cancelled')),
    result      text,
    error_code  text,
    created_at  timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    unique (user_id, message_id)
);

create table if not exists platform.messages (
    message_pk uuid primary key,
    user_id    text not null references platform.users on delete cascade,
    thread_id  uuid not null references platform.threads on delete cascade,
    run_id     uuid references platform.runs on delete cascade,
    message_id text,
    role       text not null check (role in ('user', 'assistant')),
    content    text not null,
    created_at timestamptz not null default clock_timestamp(),
    unique (user_id, message_id)
);

-- The outbox. A row and the state it announces commit together; delivery and analytics follow and are noted here.
create table if not exists platform.events (
    event_id     uuid primary key,
    run_id       uuid not null references platform.runs on delete cascade,
    user_id      text not null,
    thread_id    uuid not null,
    seq          integer not null check (seq > 0),
    type         text not null,
    agent_name   text not null,
    body         jsonb not null,
    created_at   timestamptz not null default clock_timestamp(),
    -- the transaction that announced this: xmin is no witness, because the two notes below replace the row version
    written_by   xid8 not null default pg_current_xact_id(),
    delivered_at timestamptz,
    facts_at     timestamptz,
    unique (run_id, seq)
);

create table if not exists platform.saving_actions (
    action_id      uuid primary key,
    user_id        text not null references platform.users on delete cascade,
    run_id         uuid not null references platform.runs on delete cascade,
    call_id        text not null,
    service        text not null,
    monthly_saving numeric not null,
    created_at     timestamptz not null default clock_timestamp(),
    unique (run_id, call_id)
);

create table if not exists platform.invoices (
    user_id    text not null references platform.users on delete cascade,
    invoice_id text not null,
    amount     numeric not null,
    issued_on  date not null,
    primary key (user_id, invoice_id)
);

-- One row per job that exactly one gateway does at a time. It holds no user's data.
create table if not exists platform.leases (
    name       text primary key,
    holder     text not null,
    held_until timestamptz not null
);

create index if not exists threads_of_user on platform.threads (user_id, created_at);
create index if not exists messages_of_thread on platform.messages (thread_id, created_at);
create index if not exists runs_of_thread on platform.runs (thread_id);
create index if not exists runs_of_gateway on platform.runs (gateway_id) where status = 'running';
create index if not exists events_undelivered on platform.events (run_id, seq) where delivered_at is null;
create index if not exists events_without_facts on platform.events (created_at) where facts_at is null;
create index if not exists events_of_user on platform.events (user_id, created_at);

-- Every table with a user's rows shows them to that user only: even to its owner, hence "force".
-- The setting is local to a transaction. Unset it is null or '', which is nobody's id.
do $$
declare
    name text;
begin
    foreach name in array array['users', 'threads', 'runs', 'messages', 'events', 'saving_actions', 'invoices'] loop
        execute format('alter table platform.%I enable row level security', name);
        execute format('alter table platform.%I force row level security', name);
        execute format('drop policy if exists own_rows on platform.%I', name);
        execute format('drop policy if exists system_work on platform.%I', name);
        execute format(
            'create policy own_rows on platform.%I to {app}'
            ' using (user_id = current_setting(''platform.user_id'', true))'
            ' with check (user_id = current_setting(''platform.user_id'', true))', name);
        -- The owner acts only inside the functions below, each of which does one narrow piece of system work.
        execute format('create policy system_work on platform.%I to current_user using (true) with check (true)', name);
    end loop;
end
$$;

-- Notes that events were handed to the hot tier, and when.
create or replace function platform.mark_delivered(events uuid[], moments timestamptz[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update platform.events e set delivered_at = m.moment
    from unnest(events, moments) as m (event_id, moment)
    where e.event_id = m.event_id and e.delivered_at is null
$$;

-- Which gateways still own a running run or an event that was never handed over.
create or replace function platform.gateways_with_work() returns table (gateway_id text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select r.gateway_id from platform.runs r where r.status = 'running'
    union
    select r.gateway_id from platform.events e join platform.runs r using (run_id) where e.delivered_at is null
$$;

-- Hands the unfinished business of a dead gateway to a living one. Two rescuers get different runs.
create or replace function platform.adopt_runs(dead text, rescuer text)
returns table (run_id uuid, user_id text, thread_id uuid, status text)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with orphans as (
        select r.run_id from platform.runs r
        where r.gateway_id = dead
          and (r.status = 'running' or exists (
               select from platform.events e where e.run_id = r.run_id and e.delivered_at is null))
        for update skip locked
    )
    update platform.runs r set gateway_id = rescuer from orphans o
    where r.run_id = o.run_id
    returning r.run_id, r.user_id, r.thread_id, r.status
$$;

-- Runs that a gateway is supposed to conduct.
create or replace function platform.running_runs(owner text)
returns table (run_id uuid, user_id text, thread_id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select r.run_id, r.user_id, r.thread_id from platform.runs r
    where r.gateway_id = owner and r.status = 'running'
$$;

-- Events that wait for the cold tier, oldest first.
create or replace function platform.events_without_facts(at_most integer)
returns table (body jsonb, started_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select e.body, r.created_at
    from platform.events e join platform.runs r using (run_id)
    where e.facts_at is null order by e.created_at limit at_most
$$;

create or replace function platform.mark_facts(events uuid[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update platform.events e set facts_at = clock_timestamp() where e.event_id = any (events)
$$;

-- Takes or renews a lease; true when the caller holds it now.
create or replace function platform.take_lease(job text, candidate text, seconds double precision) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into platform.leases as l (name, holder, held_until)
    values (job, candidate, clock_timestamp() + make_interval(secs => seconds))
    on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until
    where l.holder = candidate or l.held_until < clock_timestamp()
    returning true
$$;

revoke all on all functions in schema platform from public;
grant usage on schema platform to {app}, {auditor};
grant execute on all functions in schema platform to {app};
grant select, insert, update, delete on platform.users, platform.threads, platform.runs, platform.messages,
    platform.events, platform.saving_actions, platform.invoices to {app};
grant select on all tables in schema platform to {auditor};
