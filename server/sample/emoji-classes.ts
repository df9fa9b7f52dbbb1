/** The designers to learn from, and the one to be tested on, whose pictures are never seen in training. */
export const DESIGNERS = {
  train: ['twemoji', 'fluent-emoji-flat', 'openmoji', 'emojione'],
  test: ['noto-v1'],
} as const

/** Which emoji make a class, by the names that designers have in common; who lacks one leaves it out. */
export const EMOJI_CLASSES: Readonly<Record<string, string>> = {
  aircraft: `airplane airplane-arrival airplane-departure helicopter rocket small-airplane parachute flying-saucer
    satellite`,
  bird: `baby-chick bird chicken dodo dove duck eagle flamingo front-facing-baby-chick goose hatching-chick owl parrot
    peacock penguin phoenix rooster swan turkey`,
  boat: 'canoe ferry motor-boat passenger-ship sailboat ship speedboat person-rowing-boat',
  building: `bank castle church classical-building convenience-store department-store derelict-house factory hospital
    hotel house house-with-garden houses hut japanese-castle japanese-post-office love-hotel mosque office-building
    post-office school synagogue wedding hindu-temple`,
  car: `ambulance articulated-lorry automobile bus delivery-truck fire-engine minibus oncoming-automobile oncoming-bus
    oncoming-police-car oncoming-taxi pickup-truck police-car racing-car sport-utility-vehicle taxi tractor trolleybus`,
  cat: `black-cat cat cat-face cat-with-tears-of-joy cat-face-with-tears-of-joy cat-with-wry-smile
    cat-face-with-wry-smile crying-cat crying-cat-face grinning-cat grinning-cat-face grinning-cat-with-smiling-eyes
    grinning-cat-face-with-smiling-eyes kissing-cat kissing-cat-face leopard lion pouting-cat pouting-cat-face
    smiling-cat-with-heart-eyes smiling-cat-face-with-heart-eyes tiger tiger-face weary-cat weary-cat-face`,
  clothes: `bikini coat dress gloves high-heeled-shoe hiking-boot jeans kimono lab-coat mans-shoe necktie
    one-piece-swimsuit running-shirt running-shoe safety-vest sari scarf shorts socks t-shirt womans-boot womans-clothes
    womans-sandal flat-shoe`,
  dog: 'dog dog-face fox guide-dog poodle service-dog wolf raccoon',
  drink: `baby-bottle beer-mug beverage-box bottle-with-popping-cork bubble-tea clinking-beer-mugs clinking-glasses
    cocktail-glass cup-with-straw glass-of-milk hot-beverage mate sake teacup-without-handle teapot tropical-drink
    tumbler-glass wine-glass`,
  fish: `blowfish dolphin fish octopus seal shark spouting-whale squid tropical-fish whale`,
  flower: `blossom bouquet cherry-blossom hibiscus hyacinth lotus rose rosette sunflower tulip white-flower
    wilted-flower`,
  fruit: `avocado banana blueberries cherries coconut grapes green-apple kiwi-fruit lemon mango melon peach pear
    pineapple red-apple strawberry tangerine tomato watermelon`,
  insect: 'ant beetle bug butterfly cockroach cricket fly honeybee lady-beetle mosquito scorpion spider worm',
  train: `bullet-train high-speed-train light-rail locomotive metro monorail mountain-railway railway-car station
    suspension-railway train tram tram-car`,
}
