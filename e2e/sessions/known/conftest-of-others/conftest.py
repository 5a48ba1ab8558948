raise RuntimeError("this file is of another target, and must not be seen")
