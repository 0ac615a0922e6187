"""Commands in English. Pure data.

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

_ENGLISH_CLASSES = {
    "det": """a an the my your our his her its their whose 's each every another any per these those""",
    "adj": """-al -ous -less -ish -est rough long short brief new old same whole entire single double missing
        trailing leading extra trial certain given limited fixed next last first second third fourth fifth final
        forward inverted serial time transition early late later latter former previous current present prior initial
        critical historic golden dark difficult hard tough quiet busy relevant specific particular reasonable
        sustained extended prolonged roman victorian edwardian elizabethan georgian modern medieval ascending
        descending transverse sigmoid spastic mad quick quiet sudden hundred wild desperate frantic 100 200 50 400 em
        en good great nice bad big small decimal wrong right correct redundant misplaced stray""",
    "adj_not": """animal hospital proposal approval arrival capital festival goal signal terminal total material
        meal deal journal manual medal metal mineral moral mural oval principal professional official individual rival
        ritual scandal seal steal survival tutorial vandal vial withdrawal removal renewal rehearsal refusal referral
        interval general funeral credential cardinal canal cathedral carnival cereal coral criminal crystal decimal
        denial disposal editorial arsenal betrayal burial appraisal local original potential personal serial musical
        ideal portal hall email gmail best test rest guest forest interest request contest protest harvest west east
        nest chest quest breakfast dish fish finish polish british english spanish wish irish danish swedish polish
        publish rubbish""",
    "compound": """incubation gestation probation probationary menstrual cretaceous jurassic triassic permian
        cambrian devonian cooling-off grace waiting transition trial holding vesting refractory latency reporting
        accounting billing fiscal interwar postwar edo meiji heian renaissance evaluation retention recovery notice
        lookback blackout monitoring follow-up colonial gestational settling-in qualifying ovulation lactation
        flowering nesting breeding mating mourning pricing payback lock-up lockup limitation""",
    "copula": """is was has had isn't wasn't hasn't hadn't""",
    "verb": """began begins started starts ended ends lasted lasts expired expires runs ran covers covered spans spanned
    follows followed saw brought marks marked became becomes remains remained""",
    "modal": """will would can could should must may might""",
    "base": """be have not last end begin start run never also only continue need cover expire help hurt become""",
    "subject": """it he she they we you i there that this the a an my your our his her their these those any anyone
        anybody
    anything some someone somebody something every everyone everybody everything all what""",
    "pronoun": """it he she they we you i there that this""",
    "never_ends": """of during for within after before over through throughout from since until till about under in by
        at into""",
    "modal_before": """to not must will would should could can may might don't didn't doesn't won't shouldn't wouldn't
        can't
    cannot couldn't let's we'll they'll i'll you'll he'll she'll it'll never gotta gonna""",
    "someone": """i we they you he she companies retailers stores cuts""",
    "object": """the a an his her their our your my its this that these those prices costs spending budgets jobs wages
        rates
    tires tyres taxes funding staff emissions""",
}
_ENGLISH_CONTEXTS = """
@det [*]
@det @adj [period/colon/dash/hyphen/slash/semicolon/ellipsis/asterisk/new line/newline/new paragraph/semi colon]
@det missing/extra/trailing/leading/first/second/last/final/wrong/stray/misplaced/redundant/single/inverted [comma]
very/rather/fairly/quite/extremely/so/such @adj [period]
@compound [period]
@never_ends this/that/which/what/some/one [period/colon/new line]
during/per/without/throughout/within [period]
during/throughout/within @det * [period]
cooling/settling/follow/lock/build/run off/in/up [period]
[period/colon/new line/new paragraph/dash] of !course
[period] @verb !@pronoun
[period/colon] @copula !@subject
@det * [period/colon] @copula/@verb !@pronoun
[period/colon] @modal @base
[period] drama/dramas/piece/pieces/pain/pains/costume
[period] costumes/furniture/room/instruments/property/tracker/cramps/poverty
[colon] cancer/cancers/polyp/polyps/cleanse/cleansing/cleanser/surgery/screening/health/carcinoma/resection/wall/mucosa
sigmoid/transverse/ascending/descending/spastic/irritable/distal/proximal [colon]
[comma] separated/delimited/splice/splices/key
oxford/serial/missing/without/inverted [comma]
without/missing/insert/press/type/forgot/forget [question mark/exclamation mark/hyphen/underscore/colon/semicolon]
brand/whole/entirely/completely [new line/newline]
for/with/without/into/on/per/in [new line/newline]
[new line] item/items/manager/managers/management/cook/worker
[new line] workers/editor/dancer/dancers/drawing/drawings/break/breaks
[new line] character/characters/up/extension/feed/feeds/art/graph/chart/number/numbers/speed/staff/length/voltage
[newline] character/characters/feed
made/make/makes/making/mad/quick/final/sudden/meter/metre/yard/meters/yards/m [dash]
[dash] board/cam/cams/camera/light/lights/diet
@modal_before [dash/slash/underscore/hyphen/slash]
@someone [dash] to/off/out/across/into/through/home/around/towards/past/over
@someone [slash] @object
and/or/then [slash] @object
[slash] prices/costs/spending/budgets/jobs/fiction/fic/wounds/wound/commands/command/funding/wages/rates/taxes
[underscore] the/that/how/our/why/this/his/her/their/its
"""
ENGLISH = Table(
    marks_of(
        MARKS,
        """
    comma: comma
    stop: period | full stop
    question: question mark
    exclamation: exclamation mark | exclamation point
    colon: colon
    semicolon: semicolon | semi colon
    ellipsis: ellipsis | dot dot dot
    percent: percent sign
    open quote: open quote | open quotes | begin quote | open quotation mark
    open quote: open quotation marks | left quote
    close quote: close quote | close quotes | end quote | close quotation mark
    close quote: close quotation marks | right quote
    open round: open parenthesis | open parentheses | open paren | left parenthesis
    open round: left paren | open round bracket
    close round: close parenthesis | close parentheses | close paren | right parenthesis | right paren
    close round: close round bracket
    open square: open bracket | open square bracket | left bracket | left square bracket
    close square: close bracket | close square bracket | right bracket | right square bracket
    open curly: open brace | open curly bracket | open curly brace | left brace
    close curly: close brace | close curly bracket | close curly brace | right brace
    hash: hash sign | number sign
    hyphen: hyphen
    slash: slash | forward slash
    backslash: backslash | back slash
    underscore: underscore
    at: at sign
    em dash: em dash
    dash: dash | en dash
    ampersand: ampersand | and sign
    plus: plus sign
    equals: equals sign | equal sign
    asterisk: asterisk
    line: new line | newline
    paragraph: new paragraph
    scratch: scratch that | strike that
    scratch alone: delete that | undo that
        """,
    ),
    phrases_of("literal"),
    scratch=ScratchRules(
        verbs_before=words_of(
            """i to can could will would should must might may we they t ll d not never let gotta can't
                don't didn't you he she please just cats dogs"""
        ),
        objects=words_of(
            """itch itches itchy spot surface off from lottery ticket card paint record car part bit cd
                disc disk dvd lens screen table floor wall door mosquito bite wound scab rash back head ear nose item
                name idea plan word sentence line paragraph file key glass wood metal furniture with until using
                against onto under behind again and gently lightly hard"""
        ),
        restarts=words_of(
            """monday tuesday wednesday thursday friday saturday sunday january february march april
                may june july august september october november december i we you he she it they the a an this these
                those my your our no not actually sorry make say write let's and but so what who when where how please
                tomorrow today next"""
        ),
    ),
    numbers=NumberRules(
        points={"point": ".", "dot": ".", "period": ".", "colon": ":", "decimal point": "."},
        decimals=words_of(""),
        words=words_of(
            """zero one two three four five six seven eight nine ten eleven twelve thirteen twenty
                thirty forty fifty sixty seventy eighty ninety hundred thousand million"""
        ),
    ),
    addresses=addresses_of(
        "dot",
        "period",
        never="a an the this that my your our his her their its every each any some of in on at for from early red",
        compounds="bubble boom era crash company companies startup startups stock stocks bust years days",
    ),
    prose=phrases_of("""period of time | time period | period piece | period drama | slash and burn | dash of | colon
        cancer
    | comma separated | comma delimited | dash for the door | dash for it"""),
    contexts=_ENGLISH_CONTEXTS,
    classes=_ENGLISH_CLASSES,
)
