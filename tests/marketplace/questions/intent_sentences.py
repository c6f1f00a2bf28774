"""Sentences written for the tests of intent: orders and after-sales, advice that uses the same words, insults."""

ORDER_FR = """
Où est ma commande ?
Je n'ai toujours pas reçu mon colis
Quel est le délai de livraison pour la Belgique ?
Comment retourner un article trop petit ?
Je voudrais annuler ma commande passée hier
Pouvez-vous m'envoyer la facture d'achat ?
J'ai été débité deux fois
Mon code promo ne fonctionne pas
Quand vais-je recevoir mon remboursement ?
Livrez-vous en Corse ?
Les frais de port sont à combien ?
Le livreur a laissé le paquet chez le voisin
Je souhaite échanger mes chaussures contre une taille 42
Mon numéro de suivi ne marche pas
Peut-on payer en trois fois ?
J'ai oublié mon mot de passe
Comment modifier l'adresse de livraison ?
La tente est arrivée déchirée, que faire ?
J'ai reçu le mauvais modèle
Comment faire jouer la garantie ?
Est-ce livré en point relais ?
Ma lampe ne s'allume plus depuis hier
Je veux être remboursée
Puis-je avoir une étiquette de retour ?
Comment contacter le service client ?
J'ai acheté cette machine il y a un mois et elle ne marche plus
Il manque une pièce dans le carton
Je n'arrive pas à me connecter à mon compte
La livraison est gratuite à partir de combien ?
Sous combien de jours est-il expédié ?
"""

ORDER_EN = """
Where is my order?
I still haven't received my parcel
How long does delivery take to Ireland?
How do I return this item?
I want to cancel my order
Can you send me an invoice?
I was charged twice
My discount code does not work at checkout
When will I get my refund?
Do you ship to Canada?
What are the shipping costs?
The courier left the package with a neighbour
I need to exchange these for a size 10
My tracking number shows nothing
Can I pay with PayPal?
I forgot my password
Can I change my delivery address?
The tent arrived damaged, what now?
You sent me the wrong colour
How do I make a warranty claim?
Is there free shipping?
I bought this last month and it stopped working
What is your return policy?
Will it be delivered by Friday?
I need to speak to customer service
I cannot log into my account
Has my order been dispatched?
I'd like my money back
My lamp arrived broken
Can I send it back if it does not fit?
"""

ADVICE_FR = """
Est-ce que la mousse revient à sa forme après une nuit ?
La garantie est de combien d'années ?
Combien de temps dure la garantie ?
Est-il facile de revenir au neutre ?
Le vélo est livré monté ou en pièces ?
Cette sacoche convient à un livreur à vélo ?
Quelle balance pour peser un colis de 20 kg ?
Peut-on annuler le programme en cours de cycle ?
Les commandes vocales marchent en français ?
Le panneau de commande est-il tactile ?
Quel classeur pour ranger mes factures ?
Y a-t-il un retour haptique ?
Avez-vous des retours d'expérience sur cette selle ?
Le levier retourne au point mort tout seul ?
Faut-il un compte google pour l'utiliser ?
La montre fait le suivi du sommeil ?
Le casque annule les bruits de train ?
Est-ce que le sac rentre sous un siège d'avion ?
Quelle taille pour une personne de 1m75 ?
C'est mieux pour la pluie ou pour le froid ?
La tente est livrée avec les sardines ?
Est-ce que ça tient compte du vent ?
Cet imprimante est-elle bonne pour imprimer des factures ?
Le ressort de retour est-il solide ?
Il vaut mieux payer plus cher pour la version carbone ?
Vous l'avez reçue comment, la couleur est fidèle à la photo ?
On peut échanger la batterie par une plus grosse ?
Quel scotch pour fermer un colis lourd ?
Le compte-tours est-il précis ?
Est-ce que le manche se casse facilement ?
Ce réchaud convient-il pour l'hiver ?
Le moteur a-t-il un retour automatique ?
Est-ce que le vin se garde longtemps ?
Le suivi du sujet est bon sur cet appareil photo ?
La puissance est-elle suffisante pour un bateau de 4 m ?
Ce tapis glisse-t-il sur le carrelage ?
Le colorant tient combien de lavages ?
Le retour vidéo a-t-il du retard ?
Quelle différence entre ce modèle et l'ancien ?
Le sac de livraison garde-t-il la chaleur ?
"""

ADVICE_EN = """
Does the foam return to shape after a night?
How long is the guarantee?
Is it easy to return to neutral?
How smooth is the delivery of power?
What warranty does it have?
Does it come assembled or flat packed?
Would this bag suit a delivery rider?
Which scale can weigh a parcel of 40 lb?
Can I cancel the timer half way?
Is the noise cancelling any good on a plane?
Does the knob return to its original position?
Which printer is best to print invoices?
In what order should I apply the serums?
Do I need a google account to use it?
How accurate is the sleep tracking?
Will modifying it void the warranty?
Does the return spring wear out?
Can it deliver 100 watts to a laptop?
Is the power delivery steady on this charger?
Does it ship with the charger?
What size should I take if I am 6 feet tall?
Is it better for rain or for cold?
Can it track my heart rate while swimming?
Does this fit under an airplane seat?
Do I have to account for shrinkage?
Would you return to this brand for your next pair?
Can the battery be exchanged for a bigger one?
Which knife opens parcels cleanly?
Is there a carriage return key on it?
Are these two models the same except for colour?
Is the grinder in working order out of the box?
Does it handle contactless payments from a phone?
How does the auto return on the turntable work?
Does it hold a charge after a month in the drawer?
Is it worth paying more for the carbon version?
Does the fuel return line fit a 5/16 hose?
Will the dye survive many washes?
What is the difference between this and last year's?
Does the receipt printer need special paper?
Can I cancel a program once it runs?
"""

ABUSE = """
Vous êtes une bande de voleurs
Va te faire foutre
espèce de connard
ferme ta gueule
t'es vraiment con
service de merde
nique ta mère
vous êtes des incapables
fuck you
you are all idiots
what an asshole
shut up you moron
you bunch of scammers
go to hell
stupid bitch
u r stupid, you useless idiot
"""

NOT_ABUSE = """
Is a bastard file fine enough for this blade?
Is this a bitch to install?
Quels sont les pros and cons de ce modèle ?
La baguette bâtarde tient dans ce moule ?
Is it dumb to use this in winter?
C'est idiot de la prendre en noir ?
Does this kill mosquitoes?
Will the lid stay shut up to 2 meters deep?
Is this scope good for shooting targets?
Putain c'est beau, ça existe en bleu ?
"""


def sentences(block: str) -> list[str]:
    """The lines of a block."""
    return [line for line in block.splitlines() if line.strip()]
