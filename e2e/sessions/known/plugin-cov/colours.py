def mix(first, second):
    if {first, second} == {"blue", "yellow"}:
        return "green"
    if {first, second} == {"blue", "red"}:
        return "purple"
    if {first, second} == {"red", "yellow"}:
        return "orange"
    return "brown"
