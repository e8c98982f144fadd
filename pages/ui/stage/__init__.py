"""The stage: a row of Plotly panels that move together under the hand.

Vocabulary (DESIGN, section 1): a *panel* is one figure; a *handle* is one quantity that can be
dragged; a *sweep* holds what every drawn number becomes for each step of one handle; a *readout* is
a live number or sentence. A :class:`Spot` names the place in which an array of numbers is drawn.

The stage knows no lesson and computes nothing but the position of a handle: while a handle moves,
the browser looks up the row of its sweep and paints it. On release the positions of all handles are
sent to Python in one message, and the page is computed anew from them.
"""
