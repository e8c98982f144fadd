"""The guide: the scenes of a lesson, one at a time, beside its stage.

A scene (`pages.ui.state.scenes`) says what it sets, what it is about, and what it asks. Here a
stage is made ready for it (`staging`), its numbers are found by their names (`readings`), a guess
is answered (`answers`), all of it is put together (`guide`) and shown (`column`); what was answered
is kept in the browser (`progress`).
"""
