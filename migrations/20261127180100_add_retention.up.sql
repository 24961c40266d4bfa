-- Retention: of runs that were closed long ago the bodies of evidence and of attachments go, and their names stay. That happens once
-- to each, never sooner than 30 days after the closing (domain::retention::LEAST), and nothing else may.
alter table evidence
    alter column body drop not null,
    add column removed_at timestamptz,
    add constraint evidence_is_there_or_removed check ((body is null) = (removed_at is not null));
alter table attachment
    alter column bytes drop not null,
    add column removed_at timestamptz,
    add constraint attachment_is_there_or_removed check ((bytes is null) = (removed_at is not null));

-- What is still there, by run: what is gone is not looked through every hour.
create index evidence_kept on evidence (run_id) where removed_at is null;
create index attachment_kept on attachment (run_id) where removed_at is null;

-- 720 hours, because a day is longer or shorter where a session's time zone has summer time.
create function refuse_early_removal() returns trigger language plpgsql as $$
begin
    if not exists (select from run where id = new.run_id and closed_at + interval '720 hours' <= new.removed_at) then
        raise exception '% is kept for 30 days after its run was closed', tg_table_name using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;

-- Triggers fire in the order of their names: what is no removal is refused before its time is looked at.
drop trigger evidence_is_append_only on evidence;
create trigger evidence_is_append_only before delete on evidence
    for each row execute function refuse_change();
create trigger evidence_is_only_removed before update on evidence
    for each row when (
        old.removed_at is not null or new.removed_at is null
        or (new.run_id, new.hash, new.item, new.at) is distinct from (old.run_id, old.hash, old.item, old.at)
    ) execute function refuse_change();
create trigger evidence_is_removed_late before update on evidence
    for each row execute function refuse_early_removal();
create trigger evidence_is_there_at_first before insert on evidence
    for each row when (new.removed_at is not null) execute function refuse_change();

create trigger attachment_is_append_only before delete on attachment
    for each row execute function refuse_change();
create trigger attachment_is_not_truncated before truncate on attachment
    for each statement execute function refuse_change();
create trigger attachment_is_only_removed before update on attachment
    for each row when (
        old.removed_at is not null or new.removed_at is null
        or (new.run_id, new.hash, new.name) is distinct from (old.run_id, old.hash, old.name)
    ) execute function refuse_change();
create trigger attachment_is_removed_late before update on attachment
    for each row execute function refuse_early_removal();
create trigger attachment_is_there_at_first before insert on attachment
    for each row when (new.removed_at is not null) execute function refuse_change();
