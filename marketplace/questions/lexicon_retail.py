"""What shops call things: themes of retail with their usual nouns in English and French, and their well-known makers.

Written for this project from general knowledge. A brand's category learns the nouns of a theme when its own name shares
words with the theme's `names`: a new shop is then not wholly ignorant before its first label. Labels soon outweigh it.
"""

from marketplace.questions.lexicon_retail_more import MORE_THEMES
from marketplace.questions.lexicon_theme import Theme

THEMES: tuple[Theme, ...] = (
    Theme(
        "appliance electromenager",
        en=(
            "refrigerator fridge freezer dishwasher washer dryer washing machine oven range stove cooktop hood "
            "icemaker ice maker water filter cartridge microwave garbage disposal compressor heating element lint "
            "thermostat drum gasket dehumidifier wine cooler burner defrost vent ducted ductless kegerator trash "
            "compactor replacement part"
        ),
        fr=(
            "réfrigérateur congélateur frigo lave-linge lave-vaisselle sèche-linge four cuisinière hotte plaque "
            "cuisson induction aspirateur sac aspirateur micro-ondes cafetière bouilloire robot fer à repasser "
            "centrale vapeur filtre hublot joint porte brûleur mixeur blender grille-pain friteuse climatiseur "
            "chauffe-eau encastrable tambour essorage courroie bandeau"
        ),
        makers=(
            "whirlpool frigidaire ge bosch siemens electrolux maytag kenmore haier miele brandt indesit beko "
            "moulinex rowenta candy"
        ),
    ),
    Theme(
        "automotive auto moto car vehicle",
        en=(
            "car truck suv jeep motorcycle vehicle tire wheel rim brake rotor pad bumper headlight bulb "
            "windshield wiper floor mat seat cover engine oil filter spark plug battery jump starter trailer "
            "hitch tow winch rv radiator exhaust muffler mirror fender hood dash trunk tailgate wax polish wheel "
            "lug nut shocks suspension obd2 cabin air filter fuel tank cover"
        ),
        fr=(
            "voiture auto moto véhicule pneu jante frein plaquette disque pare-choc phare ampoule pare-brise "
            "essuie-glace tapis sol housse siège moteur huile bougie batterie attelage remorque radiateur "
            "échappement rétroviseur coffre barre toit embrayage amortisseur alternateur démarreur carburant "
            "filtre habitacle casque moto scooter guidon carénage courroie"
        ),
        makers=(
            "ford toyota honda chevrolet dodge nissan bmw audi volkswagen renault peugeot citroen yamaha suzuki "
            "kawasaki michelin bosch valeo rain-x meguiar armor opel fiat seat clio megane golf harley"
        ),
    ),
    Theme(
        "art craft sewing loisir creatif couture beaux-arts mercerie",
        en=(
            "yarn fabric thread sewing machine needle knitting crochet embroidery quilt paint brush canvas "
            "acrylic watercolor marker pencil easel sketch glue gun scrapbook sticker stamp die cut cricut vinyl "
            "bead beads jewelry making clay mold resin stencil ribbon scissors rotary cutter felt wool loom "
            "candle making soap glitter paper punch drawing pastel ink foam sheet"
        ),
        fr=(
            "laine tissu fil machine à coudre aiguille tricot crochet broderie peinture pinceau toile acrylique "
            "aquarelle feutre crayon chevalet croquis colle scrapbooking tampon perle perles pâte fimo moule "
            "résine pochoir ruban ciseaux feutrine loisirs créatifs paillette bouton mercerie papier dessin "
            "pastel encre gommette mosaïque patron canevas strass masking tape perforatrice"
        ),
        makers=(
            "cricut sculpey singer brother fiskars dmc faber-castell prismacolor copic crayola artesa arteza pebeo"
        ),
    ),
    Theme(
        "phone cell telephonie telephone mobile smartphone",
        en=(
            "phone smartphone cell case screen protector charger iphone galaxy android sim card unlocked prepaid "
            "carrier wireless charging cable lightning usb-c bluetooth headset earpiece power bank car mount "
            "holster belt clip otterbox selfie stick verizon att tmobile gsm 4g 5g lte mobile touchscreen phone "
            "holder armband flip phone wallet case"
        ),
        fr=(
            "téléphone smartphone coque étui housse iphone galaxy android chargeur film protection écran verre "
            "trempé carte sim débloqué kit mains libres oreillette batterie câble lightning micro usb support "
            "voiture mobile portable protection silicone clapet rabat portefeuille stylet bumper téléphone fixe "
            "sans fil dect combiné répondeur allume-cigare"
        ),
        makers=(
            "samsung iphone apple nokia motorola huawei lg htc sony xperia oneplus google pixel otterbox spigen "
            "wiko blackberry lumia zte xiaomi honor alcatel gigaset anker"
        ),
    ),
    Theme(
        "clothing shoes jewelry fashion apparel vetement chaussure bijou mode bagage luggage",
        en=(
            "shirt t-shirt pants jeans dress skirt jacket coat hoodie sweater sock underwear bra boxer leggings "
            "shorts swimsuit shoe boot sneaker sandal heel slipper belt hat cap scarf glove watch ring necklace "
            "bracelet earring pendant sterling silver gold diamond handbag purse wallet backpack luggage suitcase "
            "sunglasses cotton men women costume tie uniform waist inseam sleeve"
        ),
        fr=(
            "chemise tee-shirt pantalon jean robe jupe veste manteau sweat pull chaussette sous-vêtement soutien- "
            "gorge boxer legging short maillot de bain chaussure botte bottine basket sandale escarpin ceinture "
            "chapeau casquette écharpe gant montre bague collier bracelet boucle d'oreille pendentif argent or "
            "diamant sac à main portefeuille valise bagage lunettes de soleil coton homme femme bijou talon cuir "
            "manches col blouson polo cravate pyjama alliance carat quartz mocassin"
        ),
        makers=(
            "nike adidas levi wrangler hanes carhartt skechers crocs casio seiko fossil ray-ban lacoste puma "
            "reebok converse vans timberland samsonite eastpak kaporal guess swarovski festina"
        ),
    ),
    Theme(
        "video game console jeu video jeux gaming",
        en=(
            "game console controller xbox playstation ps4 ps5 ps3 nintendo switch wii 3ds gamepad joystick dlc "
            "multiplayer online disc edition headset gaming steam pc save memory card joycon racing wheel vr "
            "amiibo arcade player campaign split screen download code"
        ),
        fr=(
            "jeu vidéo console manette xbox playstation ps4 ps3 ps2 psp nintendo switch wii ds 3ds joystick "
            "édition multijoueur volant pc carte mémoire casque gamer jouabilité joueur figurine amiibo rpg fps "
            "collector"
        ),
        makers=(
            "nintendo sony microsoft sega ubisoft mario zelda pokemon fifa halo thrustmaster logitech razer "
            "skylanders activision"
        ),
    ),
    Theme(
        "beauty beaute parfum cosmetic perfume maquillage",
        en=(
            "shampoo conditioner hair skin cream lotion serum moisturizer makeup lipstick mascara eyeliner "
            "foundation concealer eyeshadow nail polish perfume fragrance cologne eau de toilette soap razor "
            "curling iron straightener hair dryer brush comb wig acne wrinkle sunscreen scent face mask eyelash "
            "brow body wash hair color dye curl frizz keratin argan retinol palette tanning"
        ),
        fr=(
            "shampooing après-shampoing cheveux peau crème lotion sérum hydratant maquillage rouge à lèvres "
            "mascara fond de teint vernis ongle parfum eau de toilette eau de parfum savon gel douche fer à "
            "lisser sèche-cheveux brosse peigne perruque anti-rides soin visage masque cil sourcil coloration "
            "boucleur lisseur épilateur déodorant spray coffret extension faux ongles palette fard huile argan"
        ),
        makers=(
            "l'oreal loreal maybelline revlon nyx neutrogena olay dove garnier clinique nivea chanel dior "
            "babyliss conair opi lancome guerlain"
        ),
    ),
    Theme(
        "baby puericulture bebe infant nursery",
        en=(
            "baby infant toddler newborn stroller car seat crib bassinet diaper bottle nipple pacifier breast "
            "pump high chair bib swaddle monitor carrier playpen bouncer swing potty teether wipes formula "
            "nursing crib mattress changing pad gate onesie booster rear facing sippy cup pack n play diaper pail "
            "babies month old"
        ),
        fr=(
            "bébé nourrisson poussette siège auto lit parapluie couche biberon tétine sucette tire-lait chaise "
            "haute bavoir gigoteuse babyphone porte-bébé parc transat balancelle pot anneau dentition lingette "
            "table à langer barrière turbulette tour de lit réducteur doudou naissance allaitement maternité "
            "layette coussin stérilisateur cosy landau berceau"
        ),
        makers=(
            "graco chicco evenflo britax medela fisher-price philips avent tommee tippee bebe confort baby trend "
            "skip hop munchkin beaba pampers"
        ),
    ),
    Theme(
        "garden patio lawn jardin piscine outdoor living exterieur",
        en=(
            "garden lawn mower grass plant seed soil pot planter hose sprinkler nozzle grill bbq smoker charcoal "
            "propane patio umbrella gazebo canopy chair hammock pool pump spa trimmer chainsaw leaf blower hedge "
            "fence bird feeder mosquito trap pest weed fertilizer compost greenhouse fire pit outdoor snow "
            "thrower shovel solar light swimming rake watering generator deck cushion"
        ),
        fr=(
            "jardin tondeuse gazon plante graine terreau pot jardinière tuyau arrosage arroseur barbecue grill "
            "charbon plancha parasol tonnelle pergola salon de jardin hamac piscine pompe spa débroussailleuse "
            "tronçonneuse souffleur taille-haie clôture mangeoire moustique désherbant engrais compost serre "
            "brasero abri extérieur bâche transat sécateur haie arbre robot tondeuse chlore liner balancelle"
        ),
        makers=(
            "weber toro husqvarna greenworks sun joe scotts intex gardena stihl char-broil traeger mcculloch "
            "flymo bestway"
        ),
    ),
    Theme(
        "health household sante parapharmacie entretien hygiene pharmacy",
        en=(
            "vitamin supplement capsule tablet pill protein probiotic massage massager blood pressure monitor "
            "thermometer bandage brace knee ankle wheelchair walker cane toothbrush toothpaste floss shaver razor "
            "detergent laundry cleaner disinfectant toilet paper tissue condom lubricant diet weight scale pain "
            "relief heating pad ear plug incontinence sleep aid dose mg serving essential oil first aid "
            "deodorizer"
        ),
        fr=(
            "vitamine complément alimentaire gélule comprimé protéine massage masseur tensiomètre thermomètre "
            "pansement attelle genou fauteuil roulant canne brosse à dents dentifrice rasoir lessive nettoyant "
            "désinfectant papier toilette préservatif lubrifiant minceur pèse-personne douleur ceinture lombaire "
            "incontinence huile essentielle hygiène orthèse lentilles santé soin bien-être premiers secours "
            "produit vaisselle détartrant éponge"
        ),
        makers=(
            "oral-b philips sonicare omron nature now braun gillette tylenol clorox tide dr-scholl durex arkopharma"
        ),
    ),
    Theme(
        "grocery gourmet food epicerie boisson alimentation drink",
        en=(
            "coffee tea chocolate candy snack cookie sauce spice seasoning salt sugar flour rice pasta oil "
            "vinegar honey syrup nut almond cereal bar juice water soda drink wine gluten free organic kosher "
            "vegan ingredient flavor taste sweet oz expiration keto k-cup popcorn jerky bean soup gum powder "
            "cocoa coconut butter jam pepper non-gmo bake shelf life calorie fresh"
        ),
        fr=(
            "café thé chocolat bonbon biscuit sauce épice assaisonnement sel sucre farine riz pâtes huile "
            "vinaigre miel sirop noix amande céréale jus eau soda boisson vin champagne whisky rhum bière bio "
            "ingrédient goût arôme saveur infusion confiture foie gras conserve légume fruit capsule dosette "
            "gâteau sachet bouteille cl apéritif confiserie terrine millésime rouge rosé bordeaux"
        ),
        makers=(
            "nescafe nespresso lipton nestle kellogg keurig starbucks lindt haribo twinings ferrero lavazza "
            "mccormick kirkland heinz milka"
        ),
    ),
    *MORE_THEMES,
)
