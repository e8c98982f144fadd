"""The widgets of own points by themselves, with a classifier that looks at the points."""

import numpy as np
import streamlit as st

from core.learning.models import LinearClassifier
from core.tables.point_edits import without_point
from pages.linear_classifier import LinearClassifierState
from pages.ui.learning.points.editor import class_control, point_controls
from pages.ui.learning.points.own import replace_points
from pages.ui.learning.points.table import shown
from pages.ui.learning.setups import dataset, objective
from pages.ui.state.address import read_state, text

state, _ = read_state(LinearClassifierState)
t = text()
data = dataset(state)
scale = float(st.query_params.get("size_of_weights", 0.01))
model = LinearClassifier.initial(2, data.classes, rng=np.random.default_rng(0), scale=scale)
objectives = [objective(state, loss) for loss in ("cross_entropy", "hinge")]
class_control(LinearClassifierState, data, t)
if st.button("remove the first point", key="remove"):
    replace_points(data, lambda: without_point(data, 0), "plane", LinearClassifierState)
    st.rerun()
point_controls(state, data, [shown(model, data, objectives)], t)
st.session_state["seen"] = data
