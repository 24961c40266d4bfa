drop index event_guide_tried;
