import os


def note(name, line):
    with open(os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], name), "a") as ledger:
        ledger.write(line + "\n")
