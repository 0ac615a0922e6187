"""Commands in Italian. Pure data.

`contexts.py` explains the form of the contexts, in which the name of a mark is prose.
"""

from __future__ import annotations

from saywrite.text.spoken_punctuation.marks import (
    MARKS,
    NumberRules,
    ScratchRules,
    Table,
    addresses_of,
    marks_of,
    phrases_of,
    words_of,
)

_ITALIAN_CLASSES = {
    "det": """il lo la i gli le l' un uno una un' al allo alla ai agli alle del dello della dei degli delle
        dal dalla dai dalle nel nello nella nei sul sulla sui sulle di da a in con su per tra fra e o che mio mia tuo
        tua suo sua nostro nostra vostro loro ogni questo questa quel quella quei queste qualche nessun nessuna
        qualsiasi d' all' dell' quell' senza quale ciascun""",
    "plural": """i gli le ai agli alle dei degli delle dai dalle nei sui sulle di da a in con su per tra fra e o quei
        queste
    loro senza""",
    "adj": """primo prima secondo seconda terzo terza ultimo ultima nuovo nuova stesso stessa unico buon buona
        grande certo solo prossimo piccolo maggiore miglior brutto""",
    "hour": """1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 zero uno un una due tre quattro cinque sei
        sette otto nove dieci undici dodici venti""",
    "restart": """solito nuovo conseguenza certo fatto sicuro recente colpo""",
    "having": """ha hanno ho abbiamo perso perde vinto vince segnato segna guadagnato guadagna conquistato mancano
        manca sono
    restano vale valgono preso dato messo messi aveva avevano fatto persi vinti""",
    "announces": """luogo esempio seguente seguenti detto disse dice nota oggetto data ora indirizzo domanda risposta
        titolo tema""",
}
_ITALIAN_CONTEXTS = """
@det [*-due punti/barra obliqua]
la/una/questa/della/di/con/senza [barra obliqua]
@plural [due punti]
@det @adj [punto/virgola/trattino/lineetta/due punti/punto e virgola/asterisco/nuova riga/nuovo paragrafo]
[punto] di !@restart
[punto] del/debole/forte/morto/importante/chiave/critico/centrale/principale/essenziale/fondamentale/negativo/positivo
[punto] cieco/cruciale/decisivo/cardinale/medio/vendita/nevralgico/saldo/comune
[punto] @hour del/dell'/della/dice/riguarda
altro/certo/che/buon/brutto [punto]
@having [due punti]
!@announces [due punti] di/in/su/percentuali/sopra/sotto/importanti/cardinali/dalla/dal/dietro/chiave/fermi
[virgola] mobile/decimale
andare/vai/va/andiamo/torna/tornare/andato/da/venire/viene/venirne [a capo]
[a capo] di/del/della/dei/degli/dell'/coperto/chino/scoperto
[nuova riga] di/del/della/dell'
[nuovo paragrafo] di/del/della
[trattino] di/del/della
[chiocciola] di/del/della
"""
ITALIAN = Table(
    marks_of(
        MARKS,
        """
    comma: virgola
    stop: punto | punto fermo
    question: punto interrogativo | punto di domanda
    exclamation: punto esclamativo
    colon: due punti
    semicolon: punto e virgola
    ellipsis: puntini di sospensione | tre puntini
    percent: segno di percentuale
    open quote: apri virgolette | aperte virgolette | virgolette aperte
    close quote: chiudi virgolette | chiuse virgolette | virgolette chiuse
    open round: apri parentesi | aperta parentesi | parentesi aperta
    close round: chiudi parentesi | chiusa parentesi | parentesi chiusa
    open square: apri parentesi quadra | aperta parentesi quadra
    close square: chiudi parentesi quadra | chiusa parentesi quadra
    open curly: apri parentesi graffa | aperta parentesi graffa
    close curly: chiudi parentesi graffa | chiusa parentesi graffa
    hash: cancelletto
    hyphen: trattino
    slash: barra obliqua
    backslash: barra rovesciata | barra inversa
    underscore: trattino basso
    at: chiocciola
    dash: lineetta
    ampersand: e commerciale
    plus: segno più
    equals: segno uguale
    asterisk: asterisco
    line: a capo | nuova riga | vai a capo
    paragraph: nuovo paragrafo
    stop line: punto e a capo | punto a capo
    scratch: cancella questo | cancella tutto questo
    scratch alone: elimina questo | annulla
        """,
    ),
    phrases_of("letterale | letteralmente"),
    scratch=ScratchRules(
        verbs_before=words_of("""non che io si per di posso puoi voglio e mi ti devi"""),
        objects=words_of(
            """file documento messaggio testo numero nome capitolo paragrafo appuntamento contatto dal
                dalla del di con quando prima perché subito e e-mail video articolo elenco account indirizzo progetto"""
        ),
        restarts=words_of(
            """lunedì martedì mercoledì giovedì venerdì sabato domenica io tu lui lei noi loro il la un
                una no meglio domani oggi scrivi ma scusa"""
        ),
    ),
    numbers=NumberRules(
        points={"virgola": ",", "punto": ".", "due punti": ":"},
        decimals=words_of("virgola punto"),
        words=words_of(
            """zero uno un una due tre quattro cinque sei sette otto nove dieci undici dodici tredici
                quattordici quindici venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento mille"""
        ),
    ),
    addresses=addresses_of(
        "",
        "punto",
        more="it ch",
        never="""il lo la i gli le un uno una al del dal nel di da a in con mio tuo suo ogni questo quel""",
        compounds="",
    ),
    prose=phrases_of("""punto di vista | punto di partenza | punto di riferimento | punto di svolta | punto di incontro
        | punto per punto | punto debole | punto forte | punto morto | a questo punto | a quel punto | a tal punto |
        certo punto | che punto | a capo di | a capo del | a capo della | a capo dei | andare a capo | virgola mobile
        | di punto in bianco"""),
    contexts=_ITALIAN_CONTEXTS,
    classes=_ITALIAN_CLASSES,
)
