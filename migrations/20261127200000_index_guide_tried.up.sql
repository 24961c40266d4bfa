-- What people said of a guide, in any run. The text of an event is canonical, so that this text stands in no note: quotes are escaped there.
create index event_guide_tried on event ((body::jsonb #>> '{what,guide}'))
    where body like '%"event":"guide","guide":%';
