package suite

import "strings"

// vocabulary has the words for the texts of the tests. None of them is a word of Python, or means
// something to the application.
var vocabulary = strings.Fields(`
	acorn amber anchor anvil apple apron arbor arrow aspen atlas autumn badge
	bamboo banjo barley basin beacon beetle bishop blossom bonnet border bottle
	branch breeze bridge bronze bucket butter button cabin camel candle canvas
	canyon carpet castle cedar cellar chalk cherry chisel cider cinder circle
	citrus clover cobalt coffee comet copper coral cotton cradle crater crayon
	cricket crystal curtain cypress dagger dahlia daisy dancer desert diamond
	dolphin domino donkey dragon eagle easel echo ember emerald engine falcon
	feather fender fiddle finch flannel flint forest fossil fountain fresco
	galaxy garden garlic garnet ginger glacier goblet granite grape gravel
	hammer harbor harvest hazel heather helmet heron hickory hollow honey
	horizon iceberg indigo island ivory jacket jasmine jasper jigsaw juniper
	kernel kettle kitchen ladder lagoon lantern lattice laurel lemon lilac
	lobster locket lotus lumber magnet mango maple marble meadow melon meteor
	mirror mitten monsoon mosaic mountain muffin nectar needle nickel nutmeg
	oasis olive onion opal orange orchard orchid otter oyster paddle palace
	panther paper parsley pebble pelican pencil pepper piano pigeon pillow
	pine planet plaza plum pocket poplar poppy prairie pumpkin puzzle quarry
	quartz quill rabbit radish raven ribbon river robin rocket rooster ruby
	saddle saffron salmon sandal sapphire satin scarlet shadow shovel silver
	sparrow spruce stable summit sunset tavern temple thistle thunder timber
	tinsel tulip tunnel turnip turtle valley vanilla velvet violet walnut
	walrus willow window winter wizard yarrow zephyr zinnia`)
