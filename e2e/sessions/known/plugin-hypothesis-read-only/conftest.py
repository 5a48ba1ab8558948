"""A file is where Hypothesis wants its folder, so that not even root can write there."""

import pathlib

pathlib.Path(".hypothesis").touch()
