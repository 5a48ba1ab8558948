"""What is true of a release. In the sources nothing is: tools/release writes this file anew into the archive."""

visibility("private")

# Without the v of the tag.
VERSION = ""

# The checksums of the programs, by their file names.
SHA256 = {}
