"""Commands in French. Pure data.

`contexts.py` explains the form of the contexts, in which the name of a mark is prose.
"""

from __future__ import annotations

from saywrite.text.spoken_punctuation.marks import (
    FRENCH_MARKS,
    NumberRules,
    ScratchRules,
    Table,
    addresses_of,
    marks_of,
    phrases_of,
    words_of,
)

_FRENCH_CLASSES = {
    "det": """le la les l' un une des du d' de au aux à en ce cet cette ces mon ton son ma ta sa mes tes ses
        notre votre nos vos leur leurs chaque quel quelle quels quelles par pour sur avec sans entre et ou que qu'
        aucun aucune quelques plusieurs certains certaines autre même""",
    "plural": """les des aux de à en ces mes tes ses nos vos leurs par pour sur avec sans entre et ou quels quelles
        certains
    quelques plusieurs d'""",
    "adj": """dernier dernière premier première deuxième troisième seul seule nouveau nouvelle bon bonne certain autre
        grand
    grande petit petite gros grosse même meilleur ultime second""",
    "hour": """1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 zéro un une deux trois quatre cinq six sept
        huit neuf dix onze douze treize vingt trente""",
    "restart": """plus toute toutes même nos nouveau quoi rien ce ces cette façon mon ma mes son sa ses leur leurs
        notre votre""",
    "subject": """ce il elle on c' ils elles""",
    "copula": """est était sera serait reste restait devient mérite""",
    "announces": """voici liste suivant suivante suivants suivantes dit exemple note objet date question réponse titre
        adresse""",
    "having": """a ai as avons avez ont gagné gagne gagnent perdu perd perdent marqué marque marquent obtenu reste
        restent
    manque manquent avait avaient vaut valent donné donne fait font soulève soulever""",
}
_FRENCH_CONTEXTS = """
@det [*-deux points/barre oblique]
la/une/cette/de/avec/sans [barre oblique]
@plural [deux points]
@det @adj [point/virgule/tiret/deux points/point virgule/astérisque/nouvelle ligne/nouveau paragraphe]
[point] de/d' !@restart
[point] du/commun/communs/important/faible/fort/mort/critique/essentiel/sensible/clé/culminant/central/positif/négatif
[point] @copula !@subject
[point] @hour de/du/des/à/concerne/est/page
mal/à/mettre/fais/fait/faire/faisons [point/point final]
[point final] à/de/au/aux
[virgule] flottante/manquante
@having/à/sous/ces [deux points]
a/ai/avons/ont/avait/sont [deux points] @hour/de/d'/sur/en/à/importants/essentiels/communs/supplémentaires/faibles/forts
!@announces [deux points] en/au/à/hier/contre
[deux points] de/d'/sur/supplémentaires/essentiels/importants/communs/moins/faibles/forts/cardinaux/distincts/précis
aller/va/vais/vas/pêche/pêcher/passer/passe/passez/retourner/revenir/revient/allons/vont [à la ligne]
[à la ligne] de/du/des/précédente/suivante/numéro/droite/éditoriale/d'/@hour
[nouvelle ligne] de/d'/du/éditoriale/directrice/budgétaire/aérienne/téléphonique
[nouvelle ligne] est/était/sera/ouvre/ouvrira/relie
[tiret] cadratin/manquant
"""
FRENCH = Table(
    marks_of(
        FRENCH_MARKS,
        """
    comma: virgule
    stop: point | point final
    question: point d'interrogation | point d’interrogation
    exclamation: point d'exclamation | point d’exclamation
    colon: deux points
    semicolon: point virgule | point-virgule
    ellipsis: points de suspension | trois petits points
    percent: signe pourcent | signe pour cent
    open quote: ouvrez les guillemets | ouvrir les guillemets | ouvre les guillemets | guillemet ouvrant
    close quote: fermez les guillemets | fermer les guillemets | ferme les guillemets | guillemet fermant
    open round: ouvrez la parenthèse | ouvrir la parenthèse | ouvre la parenthèse | parenthèse ouvrante
    close round: fermez la parenthèse | fermer la parenthèse | ferme la parenthèse | parenthèse fermante
    open square: ouvrez le crochet | ouvrir le crochet | crochet ouvrant
    close square: fermez le crochet | fermer le crochet | crochet fermant
    open curly: ouvrez l'accolade | ouvrir l'accolade | accolade ouvrante
    close curly: fermez l'accolade | fermer l'accolade | accolade fermante
    hash: signe dièse | croisillon
    hyphen: trait d'union | trait d’union
    slash: barre oblique
    backslash: barre oblique inversée | antislash
    underscore: tiret bas | underscore
    at: arobase
    dash: tiret
    ampersand: esperluette
    plus: signe plus
    equals: signe égal
    asterisk: astérisque
    line: à la ligne | nouvelle ligne | retour à la ligne | allez à la ligne
    paragraph: nouveau paragraphe
    stop line: point à la ligne
    scratch: efface ça | effacez ça
    scratch alone: supprime ça | annule ça | annuler
        """,
    ),
    phrases_of("littéral | littéralement"),
    scratch=ScratchRules(
        verbs_before=words_of("""je tu on il elle nous vous ils elles pas que qui et ne"""),
        objects=words_of(
            """de du des avec sur dans d' au aux avant après pour soigneusement complètement vite immédiatement s'il
                s'"""
        ),
        restarts=words_of(
            """lundi mardi mercredi jeudi vendredi samedi dimanche je tu il elle nous vous ils elles on
                le la les un une non plutôt demain mais écris mets"""
        ),
    ),
    numbers=NumberRules(
        points={"virgule": ",", "point": ".", "deux points": ":"},
        decimals=words_of("virgule point"),
        words=words_of(
            """zéro un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze
                quinze seize vingt trente quarante cinquante soixante cent mille"""
        ),
    ),
    addresses=addresses_of(
        "",
        "point",
        more="fr ch",
        never="""le la les un une des du de au aux à en ce cet cette mon ton son notre votre leur l d""",
        compounds="",
    ),
    prose=phrases_of("""point de vue | point de départ | point de contact | point de rencontre | point de repère |
        point commun
    | point faible | point fort | point mort | point par point | mise au point | pêche à la ligne | à ce point
    | deux points de | point du jour"""),
    contexts=_FRENCH_CONTEXTS,
    classes=_FRENCH_CLASSES,
)
