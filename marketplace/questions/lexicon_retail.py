"""What shops call things: themes of retail with their usual nouns in English and French, and their well-known makers.

Written for this project from general knowledge. A brand's category learns the nouns of a theme when its own name shares
words with the theme's `names`: a new shop is then not wholly ignorant before its first label. Labels soon outweigh it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """Names by which categories are recognised; nouns by language; makers, the same in both languages."""

    names: str
    en: str
    fr: str
    makers: str = ""


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
    Theme(
        "pet animal animalerie dog cat chien chat",
        en=(
            "dog cat puppy kitten pet leash collar harness crate kennel cage litter box food treat chew toy bowl "
            "fountain aquarium fish tank bird hamster rabbit guinea pig flea tick shampoo scratching post bed pee "
            "pad bark grooming clipper fur reptile terrarium horse chicken kibble paw muzzle lb dog breed"
        ),
        fr=(
            "chien chat chiot chaton animal laisse collier harnais caisse niche cage litière croquette friandise "
            "os gamelle fontaine aquarium poisson oiseau hamster lapin cobaye puce tique arbre à chat griffoir "
            "panier couchage toilettage poil reptile terrarium cheval équitation poule muselière perroquet "
            "rongeur chatière volière pâtée"
        ),
        makers=(
            "purina royal canin kong petsafe frontline petmate whiskas pedigree furminator blue buffalo tetra "
            "ferplast trixie hill"
        ),
    ),
    Theme(
        "tool home improvement bricolage outillage hardware quincaillerie diy",
        en=(
            "drill saw screwdriver wrench hammer socket plier bit blade sander grinder nail gun screw bolt nut "
            "anchor clamp tape measure ladder level flashlight led bulb light fixture switch outlet dimmer wire "
            "breaker faucet shower head toilet sink valve pipe plumbing lock door knob hinge paint caulk air "
            "compressor vacuum shop workbench toolbox smoke detector ceiling fan thermostat lumens ac dc volt"
        ),
        fr=(
            "perceuse visseuse scie tournevis clé marteau douille pince foret mèche lame ponceuse meuleuse "
            "cloueur vis boulon écrou cheville serre-joint mètre échelle niveau lampe torche ampoule led "
            "luminaire interrupteur prise variateur câble disjoncteur robinet mitigeur pommeau douche wc évier "
            "lavabo vanne tuyau plomberie serrure poignée charnière peinture enduit compresseur établi boîte à "
            "outils détecteur fumée escabeau coffret acier galvanisé raccord inox alarme spot interphone "
            "radiateur poêle quincaillerie cadenas"
        ),
        makers=(
            "dewalt makita bosch milwaukee ryobi black decker stanley craftsman kohler moen delta toolcraft facom "
            "legrand schneider grohe hitachi metabo dremel irwin"
        ),
    ),
    Theme(
        "software logiciel",
        en=(
            "software windows mac download license key antivirus security office version upgrade install "
            "subscription pc computer cd dvd edition user tax accounting photo editing program microsoft "
            "operating system disc 64-bit student teacher activation code state return federal quickbooks "
            "language learning typing cad genealogy backup spreadsheet import files"
        ),
        fr=(
            "logiciel windows mac téléchargement licence clé antivirus sécurité bureautique version mise à jour "
            "installer abonnement pc édition comptabilité retouche photo programme système d'exploitation "
            "étudiant activation apprentissage poste utilisateur sauvegarde"
        ),
        makers=(
            "microsoft norton mcafee kaspersky adobe intuit turbotax quicken corel h&r block rosetta stone nuance "
            "dragon acronis bitdefender ciel"
        ),
    ),
    Theme(
        "musical instrument musique sono music audio pro",
        en=(
            "guitar bass piano keyboard drum violin ukulele saxophone trumpet flute clarinet harmonica microphone "
            "mic amp amplifier pedal string pick strap stand tuner capo cymbal snare drumstick midi mixer audio "
            "interface studio monitor xlr dj turntable reed acoustic electric pickup fretboard bow cello banjo "
            "mandolin phantom power preamp karaoke pa speaker"
        ),
        fr=(
            "guitare basse piano clavier batterie violon ukulélé saxophone trompette flûte clarinette harmonica "
            "microphone micro ampli amplificateur pédale corde médiator sangle pupitre accordeur cymbale caisse "
            "claire baguette midi table de mixage enceinte sono dj platine anche acoustique électro-acoustique "
            "archet violoncelle partition jeu de lumière laser stroboscope xlr jack lyre percussion djembé"
        ),
        makers=(
            "fender gibson yamaha roland behringer shure focusrite ibanez casio korg pyle audio-technica epiphone "
            "d'addario akg boss"
        ),
    ),
    Theme(
        "office bureau papeterie fourniture stationery school",
        en=(
            "printer ink cartridge toner paper label pen pencil marker binder folder envelope stapler tape desk "
            "chair filing cabinet calculator shredder laminator whiteboard notebook planner calendar scanner fax "
            "copier sticky note clipboard index card sheet letter size mailing stamp rubber pouch dry erase "
            "telephone cordless monitor stand drawer organizer file hanging"
        ),
        fr=(
            "imprimante cartouche encre toner papier étiquette stylo crayon marqueur classeur chemise enveloppe "
            "agrafeuse bureau chaise caisson calculatrice destructeur plastifieuse tableau blanc cahier agenda "
            "calendrier scanner ramette trousse cartable bloc-notes pochette trieur surligneur gomme règle "
            "effaceur tampon encreur intercalaire badge"
        ),
        makers=(
            "hp canon epson brother avery 3m post-it sharpie fellowes staples lexmark bic pilot exacompta oxford "
            "texas instruments dymo swingline"
        ),
    ),
    Theme(
        "industrial scientific industrie laboratoire commerce professional",
        en=(
            "lab laboratory test tube beaker microscope stainless steel industrial bearing tubing fitting gauge "
            "sensor caliper adhesive epoxy gasket o-ring ppm ph meter multimeter thermometer safety glove "
            "respirator hard hat tape filament 3d printer pla scale pipette petri drum caster pallet commercial "
            "janitorial hydraulic pneumatic thread npt dia length aluminum sheet rod tensile psi"
        ),
        fr=(
            "laboratoire éprouvette bécher microscope inox industriel roulement tube raccord manomètre capteur "
            "pied à coulisse adhésif époxy joint torique ph-mètre multimètre gant sécurité masque respiratoire "
            "filament imprimante 3d balance pipette roulette palette professionnel hydraulique pneumatique "
            "présentoir vitrine caisse enregistreuse manutention signalisation transpalette restauration chr"
        ),
        makers="3m hatchbox fluke mitutoyo uxcell loctite gorilla honeywell parker rubbermaid etekcity kimberly",
    ),
    Theme(
        "home kitchen maison cuisine meuble decoration furniture decor",
        en=(
            "kitchen pan pot skillet knife cutting board blender mixer toaster coffee maker kettle pressure "
            "cooker slow cooker vacuum cleaner steam iron mattress pillow sheet comforter duvet blanket curtain "
            "rug lamp sofa couch table chair shelf bookcase dresser bed frame towel bath storage bin basket clock "
            "candle vase mug glass plate bowl heater fan humidifier air purifier futon cookware nonstick queen "
            "king"
        ),
        fr=(
            "cuisine poêle casserole couteau planche mixeur autocuiseur matelas oreiller drap couette couverture "
            "rideau tapis lampe canapé table chaise étagère bibliothèque commode lit sommier serviette bain "
            "rangement panier horloge bougie vase tasse verre assiette bol housse de couette meuble buffet "
            "armoire fauteuil coussin cadre sticker mural décoration tableau miroir nappe tabouret banquette "
            "convertible placage chevet parure suspension abat-jour plafonnier vaisselle couverts moule store "
            "voilage"
        ),
        makers=(
            "cuisinart kitchenaid ninja oxo lodge dyson hoover bissell shark zinus instant hamilton beach tefal "
            "pyrex le creuset black decker keurig ikea"
        ),
    ),
    Theme(
        "toy game jouet jeu",
        en=(
            "toy doll puzzle board game lego block action figure plush stuffed animal rc remote control car drone "
            "train playset kid kids child children age year old card game dice slime water gun trampoline ride on "
            "scooter dollhouse play kitchen costume party balloon magic marble science kit bubble nerf building "
            "educational birthday tricycle helicopter quadcopter magnetic tiles pieces"
        ),
        fr=(
            "jouet poupée puzzle jeu de société lego brique figurine peluche voiture télécommandée drone train "
            "enfant enfants ans carte dé trampoline trottinette porteur maison de poupée dinette déguisement "
            "anniversaire ballon magie circuit maquette construction éducatif éveil jeu de plateau château "
            "toboggan tricycle bac à sable héros princesse dinosaure costume panoplie radiocommandé"
        ),
        makers=(
            "lego mattel barbie hasbro nerf fisher-price melissa doug hot wheels playmobil ravensburger vtech "
            "disney bandai thomas smoby play-doh asmodee majorette"
        ),
    ),
    Theme(
        "sport outdoor plein air fitness camping",
        en=(
            "bike bicycle helmet tent sleeping bag camping hiking backpack fishing rod reel lure kayak paddle "
            "golf club ball basketball football soccer baseball bat tennis racket yoga mat dumbbell treadmill "
            "exercise gym weight bench rope hunting scope rifle gun holster knife bow arrow target skate ski "
            "snowboard surf swim goggles wetsuit water bottle cooler binoculars elliptical trampoline boxing "
            "paintball airsoft pedal tackle"
        ),
        fr=(
            "vélo casque tente sac de couchage camping randonnée sac à dos pêche canne moulinet leurre kayak "
            "pagaie golf balle ballon basket football rugby tennis raquette yoga tapis haltère musculation "
            "fitness corde chasse lunette couteau arc flèche cible roller skate ski snowboard surf natation "
            "lunettes combinaison gourde glacière jumelles vtt trottinette boxe ping-pong badminton banc cycle "
            "boule pétanque plongée palme réchaud équipement course survêtement fléchettes hameçon vttiste selle"
        ),
        makers=(
            "coleman schwinn bell shimano nike wilson spalding garmin fitbit gerber callaway rawlings everlast "
            "nordictrack yeti quiksilver decathlon sigma rapala salomon"
        ),
    ),
    Theme(
        "electronic electronique informatique image son computer tv photo",
        en=(
            "tv television hdmi cable speaker headphone earbuds bluetooth receiver subwoofer camera lens tripod "
            "memory sd card laptop computer pc monitor keyboard mouse router wifi modem usb hub hard drive ssd "
            "ram graphics card motherboard tablet ipad kindle charger adapter projector dvd blu-ray player gps "
            "radio antenna soundbar remote resolution 1080p 4k inch dvr surveillance webcam dash cam ethernet"
        ),
        fr=(
            "téléviseur télévision hdmi câble enceinte casque écouteurs bluetooth caisson appareil photo objectif "
            "trépied carte mémoire sd ordinateur portable pc écran clavier souris routeur wifi modem usb disque "
            "dur ssd mémoire ram carte graphique carte mère tablette ipad chargeur adaptateur vidéoprojecteur "
            "lecteur dvd blu-ray gps radio antenne barre de son télécommande caméra surveillance webcam batterie "
            "alimentation processeur boîtier go to réseau serveur onduleur rallonge ventilateur toner compatible "
            "sacoche"
        ),
        makers=(
            "samsung sony lg apple hp dell asus acer lenovo toshiba canon nikon panasonic bose jbl logitech "
            "netgear tp-link sandisk western digital seagate kingston corsair intel amd nvidia msi gopro roku "
            "philips garmin tomtom d-link"
        ),
    ),
    Theme(
        "book music film livre dvd media movie cd vinyle",
        en=(
            "book novel author paperback hardcover edition cd album vinyl record lp soundtrack dvd blu-ray movie "
            "film season series magazine comic manga bestseller chapter fiction biography reading pages publisher "
            "audiobook track listing"
        ),
        fr=(
            "livre roman auteur broché poche édition cd album vinyle disque bande originale dvd blu-ray film "
            "saison série magazine bande dessinée manga tome chapitre fiction biographie lecture pages éditeur "
            "parution histoire collection titre artiste label intégrale acteur réalisateur guide dictionnaire "
            "cahier vacances essai chanson compilation"
        ),
        makers="gallimard hachette flammarion larousse universal warner emi folio harlequin",
    ),
)
