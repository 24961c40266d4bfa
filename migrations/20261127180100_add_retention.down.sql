-- Refused (not null) where something was removed already: nothing brings it back.
drop trigger attachment_is_there_at_first on attachment;
drop trigger attachment_is_removed_late on attachment;
drop trigger attachment_is_only_removed on attachment;
drop trigger attachment_is_not_truncated on attachment;
drop trigger attachment_is_append_only on attachment;
drop trigger evidence_is_there_at_first on evidence;
drop trigger evidence_is_removed_late on evidence;
drop trigger evidence_is_only_removed on evidence;
drop trigger evidence_is_append_only on evidence;
drop function refuse_early_removal();
drop index attachment_kept;
drop index evidence_kept;
alter table attachment
    drop constraint attachment_is_there_or_removed,
    drop column removed_at,
    alter column bytes set not null;
alter table evidence
    drop constraint evidence_is_there_or_removed,
    drop column removed_at,
    alter column body set not null;
create trigger evidence_is_append_only before update or delete on evidence
    for each row execute function refuse_change();
