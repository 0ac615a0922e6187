"""The Qt application: its objects, its thread to the dictation, its dialogs."""
