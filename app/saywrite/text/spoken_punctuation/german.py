"""Commands in German. Pure data.

`contexts.py` explains the form of the contexts, in which the name of a mark is prose.
"""

from __future__ import annotations

from saywrite.text.spoken_punctuation.marks import (
    GERMAN_MARKS,
    NumberRules,
    ScratchRules,
    Table,
    addresses_of,
    marks_of,
    phrases_of,
    words_of,
)

_GERMAN_CLASSES = {
    "det": """der den dem des die ein eine einen einem einer eines mein meinen meinem meiner meine sein dein deinen
        deinem deine unser unseren unserem unsere euer euren ihren ihrem ihrer seinen seinem seiner seine kein keinen
        keinem keine keiner jeder jeden jedem jede dieser diesen diesem diese welcher welchen welchem welche jener
        jenen jenem zum zur beim vom am im ins ans aufs übers fürs beide beiden""",
    "adj": """erste ersten erster zweite zweiten zweiter dritte dritten dritter vierte vierten nächste
        nächsten nächster letzte letzten letzter -liche -lichen -licher -ige -igen -iger -ische -ischen -ischer -bare
        -baren -barer -same -samen -samer besten wichtige wichtigen wichtiger wichtigste wichtigsten springende
        springenden wunde wunder wunden tote toten toter neue neuen neuer ganze ganzen offene offenen offener einzige
        einzigen einziger schwache schwachen schwacher starke starken starker kritische kritischen kritischer
        entscheidende entscheidenden entscheidender zentrale zentralen zentraler strittige strittigen strittiger
        heikle heiklen heikler höchste höchsten tiefste tiefsten kleine kleinen kleiner große großen großer rote roten
        roter blaue blauen blauer schwarze schwarzen schwarzer weitere weiteren weiterer andere anderen anderer gute
        guten guter blinde blinden blinder fehlende fehlenden fehlender falsche falschen falscher lange langen langer
        kurze kurzen kurzer doppelte doppelten besondere besonderen besonderer genaue genauen""",
    "hour": """1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 eins zwei drei vier fünf sechs sieben acht
        neun zehn elf zwölf mitternacht mittag dreizehn zwanzig 12 8 9 10 11 7 6""",
    "copula": """ist war wird wurde bleibt betrifft lautet steht fehlt gehört""",
    "subject": """es er sie wir ihr ich du das der die man dies ein eine jemand dein mein unser niemand etwas alles hier
    da""",
}
_GERMAN_CONTEXTS = """
@det [*]
@det @adj [punkt/komma/doppelpunkt/strichpunkt/semikolon/bindestrich/gedankenstrich/schrägstrich/neue zeile]
@det @adj [neuer absatz/neuen absatz]
@det ganz/sehr/besonders/wirklich/absolut @adj [punkt/komma]
streich/streiche/lösch/lösche/setz/setze/vergiss/entferne das [komma/semikolon/fragezeichen/ausrufezeichen]
das [komma/semikolon/fragezeichen/ausrufezeichen] steht/ist/fehlt/gehört/war/kommt/vor/nach/hier/am/im/zwischen/trennt
ohne/per/pro/gegen/von/zwischen [*]
mit/für/statt/anstatt [bindestrich/gedankenstrich/schrägstrich/unterstrich/doppelpunkt/neue zeile]
mit/für/statt [komma] oder/und/geschrieben/getrennt/statt/abgetrennt
mit/für/statt [punkt] oder/geschrieben/getrennt/statt/abgetrennt
um/ab/bis/gegen/seit/schlag/auf [punkt] @hour
[punkt] @hour uhr
zu/unter/bei/siehe/nummer/nach/in/laut [punkt] @hour
[punkt] @hour der/des/auf/im/ist/wird/lautet/betrifft
[punkt] @copula !@subject
null [komma] nichts
sein/ist/wie/als/aus/von [punkt] und basta
viele/wenige/einige/mehrere/alle [punkt/komma]
[neue zeile] beginnt/beginnen/anfangen/einfügen/einzufügen/eingefügt/im/in/wird/ist
[komma] getrennt/getrennte/getrennten/gesetzt/setzen/fehlt/fehlen/vergessen/stelle/stellen
[punkt] setzen/gesetzt/vergessen/fehlt
[bindestrich/schrägstrich/doppelpunkt/unterstrich] setzen/gesetzt/geschrieben/getrennt/vergessen/fehlt
"""
GERMAN = Table(
    marks_of(
        GERMAN_MARKS,
        """
    comma: komma | beistrich
    stop: punkt
    question: fragezeichen
    exclamation: ausrufezeichen | ausrufungszeichen | rufzeichen
    colon: doppelpunkt
    semicolon: semikolon | strichpunkt
    ellipsis: auslassungspunkte | drei punkte | punkt punkt punkt
    percent: prozentzeichen
    open quote: anführungszeichen auf | anführungszeichen unten | anführungsstriche unten
    open quote: anführungszeichen öffnen
    close quote: anführungszeichen zu | anführungszeichen oben | anführungsstriche oben
    close quote: anführungszeichen schließen
    open round: klammer auf | runde klammer auf
    close round: klammer zu | runde klammer zu
    open square: eckige klammer auf
    close square: eckige klammer zu
    open curly: geschweifte klammer auf
    close curly: geschweifte klammer zu
    hash: rautezeichen | raute zeichen
    hyphen: bindestrich
    slash: schrägstrich
    backslash: rückwärtsschrägstrich | backslash | umgekehrter schrägstrich
    underscore: unterstrich
    at: at zeichen | klammeraffe
    dash: gedankenstrich
    ampersand: und zeichen | kaufmännisches und
    plus: pluszeichen | plus zeichen
    equals: gleichheitszeichen | gleich zeichen
    asterisk: asterisk
    line: neue zeile
    paragraph: neuer absatz | neuen absatz
    scratch: streich das | streiche das
    scratch alone: lösch das | lösche das | rückgängig
        """,
    ),
    phrases_of("wörtlich"),
    scratch=ScratchRules(
        verbs_before=words_of("""ich wir bitte nicht du ihr sie er man nie niemals und"""),
        objects=words_of(
            """wort wörter fenster haus zimmer treffen meeting bild tor geländer boot auto brot regal
                holz essen aus von vom im bitte wieder nicht ganze letzte erste zweite alte rot weiß blau grün thema
                kapitel"""
        ),
        restarts=words_of(
            """montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz april
                mai juni juli august september oktober november dezember ich wir du er sie es der die den dem ein eine
                nein doch sondern schreib morgen heute übermorgen"""
        ),
    ),
    numbers=NumberRules(
        points={"komma": ",", "punkt": ".", "doppelpunkt": ":"},
        decimals=words_of("komma punkt beistrich"),
        words=words_of(
            """null ein eins zwei zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn
                vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig
                achtzig neunzig hundert tausend"""
        ),
    ),
    addresses=addresses_of(
        "",
        "punkt",
        more="de at ch eu net",
        never="""der die das den dem des ein eine einen einem zum beim vom am im dieser dieses jeder mein dein sein
            unser""",
        compounds="blase boom firma firmen unternehmen zeit ära",
    ),
    prose=phrases_of("""punkt für punkt | komma für komma | punkt um punkt | auf den punkt | schlag punkt | ohne punkt
        und komma
    | punkt und komma | klammeraffe sitzt | null komma nichts"""),
    contexts=_GERMAN_CONTEXTS,
    classes=_GERMAN_CLASSES,
)
