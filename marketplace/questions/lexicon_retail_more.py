"""The other half of the themes of retail: see `lexicon_retail`."""

from marketplace.questions.lexicon_theme import Theme

MORE_THEMES: tuple[Theme, ...] = (
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
