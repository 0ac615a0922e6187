<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="it_IT" sourcelanguage="en_US">
<context>
    <name>Saywrite</name>
    <message>
        <source> ({open_device} is open all the time)</source>
        <translation> ({open_device} è sempre aperto)</translation>
    </message>
    <message>
        <source> ({times} times)</source>
        <translation> ({times} volte)</translation>
    </message>
    <message>
        <source> It is in use: until a model is here again, your words are recorded and written later.</source>
        <translation> È in uso: finché non c'è di nuovo un modello, le tue parole vengono registrate e scritte più tardi.</translation>
    </message>
    <message>
        <source>&amp;About Saywrite</source>
        <translation>&amp;Informazioni su Saywrite</translation>
    </message>
    <message>
        <source>&amp;Add files…</source>
        <translation>&amp;Aggiungi file…</translation>
    </message>
    <message>
        <source>&amp;Add keyword</source>
        <translation>&amp;Aggiungi parola chiave</translation>
    </message>
    <message>
        <source>&amp;aiOla</source>
        <translation>&amp;aiOla</translation>
    </message>
    <message>
        <source>&amp;Always write as…</source>
        <translation>Scrivi sempre co&amp;me…</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>A&amp;pplica</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>In&amp;dietro</translation>
    </message>
    <message>
        <source>&amp;Before and after</source>
        <translation>Prima e &amp;dopo</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Annulla</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Copia</translation>
    </message>
    <message>
        <source>&amp;Copy this translation</source>
        <translation>&amp;Copia questa traduzione</translation>
    </message>
    <message>
        <source>&amp;CSV table</source>
        <translation>Tabella &amp;CSV</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Elimina</translation>
    </message>
    <message>
        <source>&amp;Details…</source>
        <translation>&amp;Dettagli…</translation>
    </message>
    <message>
        <source>&amp;Dictation</source>
        <translation>&amp;Dettatura</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Scarta</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Fine</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Modifica</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Esporta</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>Es&amp;porta…</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;File</translation>
    </message>
    <message>
        <source>&amp;Find…</source>
        <translation>Tro&amp;va…</translation>
    </message>
    <message>
        <source>&amp;First steps…</source>
        <translation>&amp;Primi passi…</translation>
    </message>
    <message>
        <source>&amp;Forget suggestion</source>
        <translation>Di&amp;mentica il suggerimento</translation>
    </message>
    <message>
        <source>&amp;Hands-free</source>
        <translation>A mani li&amp;bere</translation>
    </message>
    <message>
        <source>&amp;Hear</source>
        <translation>&amp;Ascolta</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Aiuto</translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation>&amp;Nascondi</translation>
    </message>
    <message>
        <source>&amp;History…</source>
        <translation>&amp;Cronologia…</translation>
    </message>
    <message>
        <source>&amp;Insert again</source>
        <translation>Inserisci di nu&amp;ovo</translation>
    </message>
    <message>
        <source>&amp;JSON</source>
        <translation>&amp;JSON</translation>
    </message>
    <message>
        <source>&amp;Keep editing</source>
        <translation>&amp;Continua a modificare</translation>
    </message>
    <message>
        <source>&amp;Keep it</source>
        <translation>&amp;Mantieni</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts…</source>
        <translation>&amp;Scorciatoie da tastiera…</translation>
    </message>
    <message>
        <source>&amp;Keywords</source>
        <translation>&amp;Parole chiave</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Lingua</translation>
    </message>
    <message>
        <source>&amp;Look for microphones</source>
        <translation>&amp;Cerca microfoni</translation>
    </message>
    <message>
        <source>&amp;Markdown</source>
        <translation>&amp;Markdown</translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation>&amp;Microfono</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modello</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>&amp;Modelli…</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>A&amp;vanti</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Incolla</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>E&amp;sci</translation>
    </message>
    <message>
        <source>&amp;Quit Saywrite</source>
        <translation>&amp;Esci da Saywrite</translation>
    </message>
    <message>
        <source>&amp;Recognizer</source>
        <translation>Ric&amp;onoscitore</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Ripeti</translation>
    </message>
    <message>
        <source>&amp;Remove finished</source>
        <translation>Rimuovi i &amp;completati</translation>
    </message>
    <message>
        <source>&amp;Replace</source>
        <translation>&amp;Sostituisci</translation>
    </message>
    <message>
        <source>&amp;Replace it in the text now {where}</source>
        <translation>&amp;Sostituisci ora nel testo {where}</translation>
    </message>
    <message>
        <source>&amp;Replace…</source>
        <translation>Sos&amp;tituisci…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Salva</translation>
    </message>
    <message>
        <source>&amp;Save audio…</source>
        <translation>&amp;Salva audio…</translation>
    </message>
    <message>
        <source>&amp;Save the text beside each file, as</source>
        <translation>&amp;Salva il testo accanto a ogni file, come</translation>
    </message>
    <message>
        <source>&amp;Select all</source>
        <translation>&amp;Seleziona tutto</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>&amp;Impostazioni…</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Avvia</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Interrompi</translation>
    </message>
    <message>
        <source>&amp;SubRip subtitles</source>
        <translation>Sottotitoli &amp;SubRip</translation>
    </message>
    <message>
        <source>&amp;Switch to {name}</source>
        <translation>&amp;Passa alla lingua: {name}</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>Prova la &amp;connessione</translation>
    </message>
    <message>
        <source>&amp;This computer</source>
        <translation>&amp;Questo computer</translation>
    </message>
    <message>
        <source>&amp;Transcribe</source>
        <translation>&amp;Trascrivi</translation>
    </message>
    <message>
        <source>&amp;Transcribe a file…</source>
        <translation>&amp;Trascrivi un file…</translation>
    </message>
    <message>
        <source>&amp;Transcribe again</source>
        <translation>&amp;Trascrivi di nuovo</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Try on my last {n} dictations</source>
        <extracomment>Singular: &amp;Try on my last dictation</extracomment>
        <translation>
            <numerusform>Pro&amp;va sull'ultima dettatura</numerusform>
            <numerusform>Pro&amp;va sulle ultime {n} dettature</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>A&amp;nnulla</translation>
    </message>
    <message>
        <source>&amp;Unlock…</source>
        <translation>S&amp;blocca…</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Visualizza</translation>
    </message>
    <message>
        <source>&amp;Waveform</source>
        <translation>&amp;Forma d'onda</translation>
    </message>
    <message>
        <source>&amp;WebVTT subtitles</source>
        <translation>Sottotitoli &amp;WebVTT</translation>
    </message>
    <message>
        <source>&amp;What's new…</source>
        <translation>&amp;Novità…</translation>
    </message>
    <message>
        <source>&amp;write</source>
        <translation>sc&amp;rivi</translation>
    </message>
    <message>
        <source>(it is not in the text)</source>
        <translation>(non è nel testo)</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>, clipped: too loud. Move away from the microphone or lower its level. Click to reset.</source>
        <translation>, distorto: troppo forte. Allontanati dal microfono o abbassane il livello. Fai clic per azzerare.</translation>
    </message>
    <message>
        <source>, files verified</source>
        <translation>, file verificati</translation>
    </message>
    <message numerus="yes">
        <source>, {n:,} files waiting</source>
        <extracomment>Singular: , {n:,} file waiting</extracomment>
        <translation>
            <numerusform>, {n:,} file in attesa</numerusform>
            <numerusform>, {n:,} file in attesa</numerusform>
        </translation>
    </message>
    <message>
        <source>. </source>
        <translation>. </translation>
    </message>
    <message>
        <source>1</source>
        <translation>1º</translation>
    </message>
    <message>
        <source>1 min to 10 min</source>
        <translation>Da 1 min a 10 min</translation>
    </message>
    <message>
        <source>10 s to 1 min</source>
        <translation>Da 10 s a 1 min</translation>
    </message>
    <message>
        <source>: </source>
        <translation>: </translation>
    </message>
    <message>
        <source>; </source>
        <translation>; </translation>
    </message>
    <message>
        <source>A dictation is running.</source>
        <translation>È in corso una dettatura.</translation>
    </message>
    <message>
        <source>A dotted underline marks words that this computer heard differently. Alt+W swaps them.</source>
        <translation>Una sottolineatura punteggiata indica le parole che questo computer ha sentito in modo diverso. Alt+W le scambia.</translation>
    </message>
    <message>
        <source>A folder or an https address with the model files. Leave it empty for the official source.</source>
        <translation>Una cartella o un indirizzo https con i file dei modelli. Lascia vuoto per la fonte ufficiale.</translation>
    </message>
    <message>
        <source>A hands-free dictation ends then, and Saywrite waits for the phrase again.</source>
        <translation>A quel punto la dettatura a mani libere termina e Saywrite attende di nuovo la frase.</translation>
    </message>
    <message>
        <source>A key is saved</source>
        <translation>Una chiave è salvata</translation>
    </message>
    <message>
        <source>A key or token of {secret} characters cannot be saved.</source>
        <translation>Impossibile salvare una chiave o un token di {secret} caratteri.</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so nothing was undone.</source>
        <translation>Un tasto come Ctrl, Alt o Shift è rimasto premuto, perciò non è stato annullato nulla.</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted.</source>
        <translation>Un tasto come Ctrl, Alt o Shift è rimasto premuto, perciò il testo non è stato inserito.</translation>
    </message>
    <message>
        <source>A longer sentence is written in parts.</source>
        <translation>Una frase più lunga viene scritta in più parti.</translation>
    </message>
    <message>
        <source>A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted.</source>
        <translation>Un menu, una finestra di dialogo o il blocco schermo occupa la tastiera, perciò il testo non è stato inserito.</translation>
    </message>
    <message>
        <source>A name cannot contain \ / : * ? " &lt; &gt; or |.</source>
        <translation>Un nome non può contenere \ / : * ? " &lt; &gt; o |.</translation>
    </message>
    <message>
        <source>A new connection is tried.</source>
        <translation>Viene tentata una nuova connessione.</translation>
    </message>
    <message>
        <source>A new token is fetched; if you use a token of your own, check it in {settings}.</source>
        <translation>Viene richiesto un nuovo token; se ne usi uno tuo, controllalo in {settings}.</translation>
    </message>
    <message>
        <source>A recording was not recognized: {reason}</source>
        <translation>Una registrazione non è stata riconosciuta: {reason}</translation>
    </message>
    <message>
        <source>A screen reader reads</source>
        <translation>Lo screen reader legge</translation>
    </message>
    <message>
        <source>A sentence is sent after a pause of this length.</source>
        <translation>Una frase viene inviata dopo una pausa di questa durata.</translation>
    </message>
    <message>
        <source>A shorter sound is ignored.</source>
        <translation>Un suono più breve viene ignorato.</translation>
    </message>
    <message>
        <source>A small panel with your words above all windows. It is not available on Wayland.</source>
        <translation>Un piccolo pannello con le tue parole sopra tutte le finestre. Non è disponibile su Wayland.</translation>
    </message>
    <message>
        <source>A sound at the end of a dictation, and when something fails.</source>
        <translation>Un suono alla fine di una dettatura e quando qualcosa non riesce.</translation>
    </message>
    <message>
        <source>A stream can be opened at {host}.</source>
        <translation>È possibile aprire un flusso su {host}.</translation>
    </message>
    <message>
        <source>A text that follows another one begins with a space, until you press a key or click.</source>
        <translation>Un testo che segue un altro inizia con uno spazio, finché non premi un tasto o fai clic.</translation>
    </message>
    <message>
        <source>A value of the command is not a short text.</source>
        <translation>Un valore del comando non è un testo breve.</translation>
    </message>
    <message>
        <source>A web page answered instead of {host}.</source>
        <translation>Ha risposto una pagina web al posto di {host}.</translation>
    </message>
    <message>
        <source>a while</source>
        <translation>qualche istante</translation>
    </message>
    <message>
        <source>A&amp;dd keyword</source>
        <translation>A&amp;ggiungi parola chiave</translation>
    </message>
    <message>
        <source>About Saywrite</source>
        <translation>Informazioni su Saywrite</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>Token di accesso</translation>
    </message>
    <message>
        <source>accessibility orca</source>
        <translation>accessibilità lettore dello schermo leggere ad alta voce orca</translation>
    </message>
    <message>
        <source>Accurate, in eight languages. What you say is sent to aiOla's service.</source>
        <translation>Preciso, in otto lingue. Ciò che dici viene inviato al servizio di aiOla.</translation>
    </message>
    <message>
        <source>Accurate: what you say is sent to aiOla's service. Needs a network and an API key.</source>
        <translation>Preciso: ciò che dici viene inviato al servizio di aiOla. Richiede una rete e una chiave API.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Aggiungi</translation>
    </message>
    <message>
        <source>Add a keyword (Insert)</source>
        <translation>Aggiungi una parola chiave (Ins)</translation>
    </message>
    <message>
        <source>Add f&amp;older…</source>
        <translation>Aggiungi cart&amp;ella…</translation>
    </message>
    <message>
        <source>Add to ~/.config/hypr/hyprland.conf</source>
        <translation>Aggiungi a ~/.config/hypr/hyprland.conf</translation>
    </message>
    <message>
        <source>Add to ~/.config/sway/config, then run: swaymsg reload</source>
        <translation>Aggiungi a ~/.config/sway/config, poi esegui: swaymsg reload</translation>
    </message>
    <message>
        <source>Add yourself to the group “audio” (sudo usermod -aG audio $USER) and log in again.</source>
        <translation>Aggiungi il tuo utente al gruppo «audio» (sudo usermod -aG audio $USER) e accedi di nuovo.</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Avanzate</translation>
    </message>
    <message>
        <source>After:</source>
        <translation>Dopo:</translation>
    </message>
    <message>
        <source>aiOla</source>
        <translation>aiOla</translation>
    </message>
    <message>
        <source>aiOla &amp;settings…</source>
        <translation>Impo&amp;stazioni di aiOla…</translation>
    </message>
    <message>
        <source>aiOla account</source>
        <translation>Account aiOla</translation>
    </message>
    <message>
        <source>aiOla could not be reached</source>
        <translation>aiOla non era raggiungibile</translation>
    </message>
    <message>
        <source>aiOla did not answer in time</source>
        <translation>aiOla non ha risposto in tempo</translation>
    </message>
    <message>
        <source>aiOla does not answer.</source>
        <translation>aiOla non risponde.</translation>
    </message>
    <message>
        <source>aiOla has no text for a part of the dictation: that part is what the recognizer on this computer heard.</source>
        <translation>aiOla non ha il testo di una parte della dettatura: quella parte è ciò che ha sentito il riconoscitore su questo computer.</translation>
    </message>
    <message>
        <source>aiOla has no text for some words.</source>
        <translation>aiOla non ha il testo di alcune parole.</translation>
    </message>
    <message>
        <source>aiOla needed longer than {seconds} s: the last sentences are what the recognizer on this computer heard.</source>
        <translation>aiOla ha impiegato più di {seconds} s: le ultime frasi sono ciò che ha sentito il riconoscitore su questo computer.</translation>
    </message>
    <message>
        <source>aiOla receives the sound but does not answer.</source>
        <translation>aiOla riceve l'audio ma non risponde.</translation>
    </message>
    <message>
        <source>aiOla writes while it can be reached; this computer takes over while it cannot. Needs an API key.</source>
        <translation>aiOla scrive finché è raggiungibile; altrimenti subentra questo computer. Richiede una chiave API.</translation>
    </message>
    <message>
        <source>aiOla's service could not be reached for {seconds:.0f} s.</source>
        <translation>Il servizio di aiOla non è stato raggiungibile per {seconds:.0f} s.</translation>
    </message>
    <message>
        <source>aiOla's streaming service is not in this version of Saywrite.</source>
        <translation>Il servizio di streaming di aiOla non è in questa versione di Saywrite.</translation>
    </message>
    <message>
        <source>aiOla's text for an inserted dictation has arrived.</source>
        <translation>È arrivato il testo di aiOla per una dettatura inserita.</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Tutti i file (*)</translation>
    </message>
    <message>
        <source>All parts and their licenses</source>
        <translation>Tutti i componenti e le loro licenze</translation>
    </message>
    <message>
        <source>Allow it in System Settings → Privacy &amp; Security → Microphone, then start Saywrite again.</source>
        <translation>Consentilo in Impostazioni di Sistema → Privacy e sicurezza → Microfono, poi avvia di nuovo Saywrite.</translation>
    </message>
    <message>
        <source>Allow Saywrite under System Settings &gt; Privacy &amp; Security &gt; Accessibility.</source>
        <translation>Consenti l'accesso a Saywrite in Impostazioni di Sistema &gt; Privacy e sicurezza &gt; Accessibilità.</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Sempre</translation>
    </message>
    <message>
        <source>Always &amp;write as…</source>
        <translation>Scrivi sempre co&amp;me…</translation>
    </message>
    <message>
        <source>Always write as</source>
        <translation>Scrivi sempre come</translation>
    </message>
    <message>
        <source>An unknown program</source>
        <translation>Un programma sconosciuto</translation>
    </message>
    <message>
        <source>Another program has already taken {chord}.</source>
        <translation>Un altro programma usa già {chord}.</translation>
    </message>
    <message>
        <source>Another program is using the audio output.</source>
        <translation>Un altro programma sta usando l'uscita audio.</translation>
    </message>
    <message>
        <source>Another program is using the microphone.</source>
        <translation>Un altro programma sta usando il microfono.</translation>
    </message>
    <message>
        <source>Another program took the clipboard before it was certain that {program} had read the text.</source>
        <translation>Un altro programma ha occupato gli appunti prima che fosse certo che {program} avesse letto il testo.</translation>
    </message>
    <message>
        <source>Another program took the clipboard before the text was read.</source>
        <translation>Un altro programma ha occupato gli appunti prima che il testo venisse letto.</translation>
    </message>
    <message>
        <source>Another window had the keyboard when you started.</source>
        <translation>All'avvio un'altra finestra riceveva i tasti.</translation>
    </message>
    <message>
        <source>Another window has the focus now.</source>
        <translation>Ora è attiva un'altra finestra.</translation>
    </message>
    <message>
        <source>Any language</source>
        <translation>Qualsiasi lingua</translation>
    </message>
    <message>
        <source>Any length</source>
        <translation>Qualsiasi durata</translation>
    </message>
    <message>
        <source>Any program</source>
        <translation>Qualsiasi programma</translation>
    </message>
    <message>
        <source>Any recognizer</source>
        <translation>Qualsiasi riconoscitore</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>Chiave API</translation>
    </message>
    <message>
        <source>API key of your aiOla account</source>
        <translation>Chiave API del tuo account aiOla</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aspetto</translation>
    </message>
    <message>
        <source>As it should be written</source>
        <translation>Come va scritto</translation>
    </message>
    <message>
        <source>As long as it takes</source>
        <translation>Tutto il tempo necessario</translation>
    </message>
    <message>
        <source>Ask for read permission, or copy the file.</source>
        <translation>Chiedi il permesso di lettura o copia il file.</translation>
    </message>
    <message>
        <source>Ask that user or an administrator to remove it, or set XDG_RUNTIME_DIR to a folder of your own.</source>
        <translation>Chiedi a quell'utente o a un amministratore di rimuoverla, o imposta XDG_RUNTIME_DIR su una tua cartella.</translation>
    </message>
    <message>
        <source>Ask whoever runs the proxy to allow this host, or choose another network.</source>
        <translation>Chiedi a chi gestisce il proxy di consentire questo host o scegli un'altra rete.</translation>
    </message>
    <message>
        <source>Ask whoever runs your aiOla account to allow it.</source>
        <translation>Chiedi a chi gestisce il tuo account aiOla di consentirlo.</translation>
    </message>
    <message>
        <source>Ask whoever runs your token address.</source>
        <translation>Chiedi a chi gestisce il tuo indirizzo del token.</translation>
    </message>
    <message>
        <source>asking for a token</source>
        <translation>richiesta di un token</translation>
    </message>
    <message>
        <source>Assign one in the desktop's keyboard settings.</source>
        <translation>Assegnane uno nelle impostazioni della tastiera del desktop.</translation>
    </message>
    <message>
        <source>at {at}</source>
        <translation>a {at}</translation>
    </message>
    <message>
        <source>Audio and video files (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;All files (*)</source>
        <translation>File audio e video (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;Tutti i file (*)</translation>
    </message>
    <message>
        <source>audio retention delete</source>
        <translation>audio conservazione durata eliminare cancellare</translation>
    </message>
    <message>
        <source>autostart login minimized</source>
        <translation>avvio automatico accesso ridotto a icona</translation>
    </message>
    <message>
        <source>B&amp;oth</source>
        <translation>&amp;Entrambi</translation>
    </message>
    <message>
        <source>Bar: half of all dictations were faster. Line: 95 of 100 were. The newest 1,000 dictations count.</source>
        <translation>Barra: metà delle dettature è stata più veloce. Linea: 95 su 100 lo sono state. Contano le 1.000 dettature più recenti.</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>Prima e dopo</translation>
    </message>
    <message>
        <source>Before:</source>
        <translation>Prima:</translation>
    </message>
    <message>
        <source>Began</source>
        <translation>Inizio</translation>
    </message>
    <message>
        <source>Begin a new dictation.</source>
        <translation>Inizia una nuova dettatura.</translation>
    </message>
    <message>
        <source>Begin and end a dictation with a spoken phrase</source>
        <translation>Inizia e termina una dettatura con una frase pronunciata</translation>
    </message>
    <message>
        <source>Being heard</source>
        <translation>In ascolto</translation>
    </message>
    <message>
        <source>Being prepared for this computer</source>
        <translation>In preparazione per questo computer</translation>
    </message>
    <message>
        <source>belongs to debuggers</source>
        <translation>è riservato ai debugger</translation>
    </message>
    <message>
        <source>belongs to Windows</source>
        <translation>è riservato a Windows</translation>
    </message>
    <message>
        <source>Both texts are empty: there are no words in this recording.</source>
        <translation>Entrambi i testi sono vuoti: in questa registrazione non ci sono parole.</translation>
    </message>
    <message>
        <source>Both texts are the same.</source>
        <translation>I due testi sono uguali.</translation>
    </message>
    <message>
        <source>Built-in (basic)</source>
        <translation>Integrato (base)</translation>
    </message>
    <message>
        <source>By &amp;month…</source>
        <translation>Pe&amp;r mese…</translation>
    </message>
    <message>
        <source>by BYVoid and contributors, from opencc-python-reimplemented</source>
        <translation>di BYVoid e collaboratori, da opencc-python-reimplemented</translation>
    </message>
    <message>
        <source>By this computer's clock the access token has expired.</source>
        <translation>Secondo l'orologio di questo computer il token di accesso è scaduto.</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate has expired.</source>
        <translation>Secondo l'orologio di questo computer il certificato di {host} è scaduto.</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate is not valid yet.</source>
        <translation>Secondo l'orologio di questo computer il certificato di {host} non è ancora valido.</translation>
    </message>
    <message>
        <source>Bytes received</source>
        <translation>Byte ricevuti</translation>
    </message>
    <message>
        <source>Bytes sent</source>
        <translation>Byte inviati</translation>
    </message>
    <message>
        <source>C&amp;hange…</source>
        <translation>Ca&amp;mbia…</translation>
    </message>
    <message>
        <source>C&amp;lear</source>
        <translation>Cance&amp;lla</translation>
    </message>
    <message>
        <source>Ca&amp;ncel</source>
        <translation>Annu&amp;lla</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annulla</translation>
    </message>
    <message>
        <source>Cancel the dictation</source>
        <translation>Annulla la dettatura</translation>
    </message>
    <message>
        <source>Caps Lock goes on switching capitals on and off.</source>
        <translation>Bloc Maiusc continua ad attivare e disattivare le maiuscole.</translation>
    </message>
    <message>
        <source>Capture goes on as soon as it is back.</source>
        <translation>La registrazione riprende appena il microfono torna disponibile.</translation>
    </message>
    <message>
        <source>Capture goes on.</source>
        <translation>La registrazione riprende.</translation>
    </message>
    <message>
        <source>Change it only if your company has its own service.</source>
        <translation>Modificalo solo se la tua azienda ha un servizio proprio.</translation>
    </message>
    <message>
        <source>Change it only if your company has its own sign-in service.</source>
        <translation>Modificalo solo se la tua azienda ha un servizio di accesso proprio.</translation>
    </message>
    <message>
        <source>Change the keywords, then try them. Here you see what your dictations would say.</source>
        <translation>Modifica le parole chiave, poi provale. Qui vedi come cambierebbero le tue dettature.</translation>
    </message>
    <message>
        <source>Changed texts</source>
        <translation>Testi modificati</translation>
    </message>
    <message>
        <source>Check for &amp;updates…</source>
        <translation>&amp;Cerca aggiornamenti…</translation>
    </message>
    <message>
        <source>Check how to sign in, in {settings}.</source>
        <translation>Controlla il metodo di accesso in {settings}.</translation>
    </message>
    <message>
        <source>Check it with `saywrite models verify {model}` and download it again: `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>Controllalo con `saywrite models verify {model}` e scaricalo di nuovo: `saywrite models download {model}`. Ciò che detti nel frattempo viene registrato e diventa testo quando il modello è disponibile.</translation>
    </message>
    <message>
        <source>Check its mute switch and its input level in the sound settings.</source>
        <translation>Controlla che non sia disattivato e verifica il suo livello di ingresso nelle impostazioni audio.</translation>
    </message>
    <message>
        <source>Check its mute switch.</source>
        <translation>Controlla che non sia disattivato.</translation>
    </message>
    <message>
        <source>Check its name and folder.</source>
        <translation>Controlla il nome e la cartella.</translation>
    </message>
    <message>
        <source>Check memory and disk, then download it again.</source>
        <translation>Controlla la memoria e il disco, poi scaricalo di nuovo.</translation>
    </message>
    <message>
        <source>Check that the Credential Manager service is running.</source>
        <translation>Controlla che il servizio Gestione credenziali (Credential Manager) sia in esecuzione.</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}.</source>
        <translation>Controlla gli indirizzi in {settings}.</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}; if they are right, do not use this network.</source>
        <translation>Controlla gli indirizzi in {settings}; se sono giusti, non usare questa rete.</translation>
    </message>
    <message>
        <source>Check the clock of this computer; in a company, ask for its certificate to be installed.</source>
        <translation>Controlla l'orologio di questo computer; in un'azienda, chiedi di installare il suo certificato.</translation>
    </message>
    <message>
        <source>Check the computer's date and time; if they are right, ask whoever runs the service.</source>
        <translation>Controlla la data e l'ora del computer; se sono giuste, chiedi a chi gestisce il servizio.</translation>
    </message>
    <message>
        <source>Check the disk and the permissions of this folder; nothing was changed.</source>
        <translation>Controlla il disco e i permessi di questa cartella; non è stato modificato nulla.</translation>
    </message>
    <message>
        <source>Check the disk it is on.</source>
        <translation>Controlla il disco su cui si trova.</translation>
    </message>
    <message>
        <source>Check the disk that holds it; recordings are kept, and their text is made again where it is missing.</source>
        <translation>Controlla il disco che la contiene; le registrazioni sono conservate e il testo mancante viene prodotto di nuovo.</translation>
    </message>
    <message>
        <source>Check the disk, or {elsewhere}.</source>
        <translation>Controlla il disco, oppure: {elsewhere}.</translation>
    </message>
    <message>
        <source>Check the disk.</source>
        <translation>Controlla il disco.</translation>
    </message>
    <message>
        <source>Check the disk; the recording is kept.</source>
        <translation>Controlla il disco; la registrazione è conservata.</translation>
    </message>
    <message>
        <source>Check the file.</source>
        <translation>Controlla il file.</translation>
    </message>
    <message>
        <source>Check the name and its permissions.</source>
        <translation>Controlla il nome e i permessi.</translation>
    </message>
    <message>
        <source>Check the network and try again; --wait keeps trying, --engine local needs no network.</source>
        <translation>Controlla la rete e riprova; --wait continua a tentare, --engine local non richiede una rete.</translation>
    </message>
    <message>
        <source>Check the network, then try again.</source>
        <translation>Controlla la rete, poi riprova.</translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation>Controlla la rete.</translation>
    </message>
    <message>
        <source>Check the proxy in the system's settings.</source>
        <translation>Controlla il proxy nelle impostazioni del sistema.</translation>
    </message>
    <message>
        <source>Check the token address in {settings}, or ask who runs it.</source>
        <translation>Controlla l'indirizzo del token in {settings} o chiedi a chi lo gestisce.</translation>
    </message>
    <message>
        <source>Check the workflow in {settings}.</source>
        <translation>Controlla il workflow in {settings}.</translation>
    </message>
    <message>
        <source>Check the workflow, the language and the addresses in {settings}.</source>
        <translation>Controlla il workflow, la lingua e gli indirizzi in {settings}.</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>Cinese</translation>
    </message>
    <message>
        <source>Choose a &amp;key…</source>
        <translation>Scegli un &amp;tasto…</translation>
    </message>
    <message>
        <source>Choose a CSV or JSON file.</source>
        <translation>Scegli un file CSV o JSON.</translation>
    </message>
    <message>
        <source>Choose a file with a sound track.</source>
        <translation>Scegli un file con una traccia audio.</translation>
    </message>
    <message>
        <source>Choose a file with one spoken and one written form in each entry.</source>
        <translation>Scegli un file con una forma parlata e una forma scritta in ogni voce.</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Scegli una cartella</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Scegli una cartella…</translation>
    </message>
    <message>
        <source>Choose a key first.</source>
        <translation>Scegli prima un tasto.</translation>
    </message>
    <message>
        <source>Choose a key in the settings.</source>
        <translation>Scegli un tasto nelle impostazioni.</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>Scegli un nome più breve.</translation>
    </message>
    <message>
        <source>Choose aiOla as the recognizer.</source>
        <translation>Scegli aiOla come riconoscitore.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>Scegli un altro file.</translation>
    </message>
    <message>
        <source>choose another folder</source>
        <translation>scegli un'altra cartella</translation>
    </message>
    <message>
        <source>Choose another key in the settings, or free it in the other program.</source>
        <translation>Scegli un altro tasto nelle impostazioni o liberalo nell'altro programma.</translation>
    </message>
    <message>
        <source>Choose another key in the settings.</source>
        <translation>Scegli un altro tasto nelle impostazioni.</translation>
    </message>
    <message>
        <source>Choose another key, or free it in the other program.</source>
        <translation>Scegli un altro tasto o liberalo nell'altro programma.</translation>
    </message>
    <message>
        <source>Choose another microphone, or unplug it and plug it in again.</source>
        <translation>Scegli un altro microfono, o scollegalo e ricollegalo.</translation>
    </message>
    <message>
        <source>Choose another microphone.</source>
        <translation>Scegli un altro microfono.</translation>
    </message>
    <message>
        <source>Choose another microphone. {remedy}</source>
        <translation>Scegli un altro microfono. {remedy}</translation>
    </message>
    <message>
        <source>Choose another name, or replace it.</source>
        <translation>Scegli un altro nome o sostituisci il file.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>Scegli un altro nome.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>Scegline un altro.</translation>
    </message>
    <message>
        <source>Choose one of the form {"spoken": "written"}, or a CSV file.</source>
        <translation>Scegline uno della forma {"spoken": "written"} o un file CSV.</translation>
    </message>
    <message>
        <source>Choose one of {codes}.</source>
        <translation>Scegli uno tra {codes}.</translation>
    </message>
    <message>
        <source>Choose one of: {names}.</source>
        <translation>Scegli uno tra: {names}.</translation>
    </message>
    <message>
        <source>Choose text, Markdown, JSON or CSV.</source>
        <translation>Scegli testo, Markdown, JSON o CSV.</translation>
    </message>
    <message>
        <source>Choose the files themselves.</source>
        <translation>Scegli i file stessi.</translation>
    </message>
    <message>
        <source>Choose the folder that holds the models</source>
        <translation>Scegli la cartella che contiene i modelli</translation>
    </message>
    <message>
        <source>Choose the key again in the settings.</source>
        <translation>Scegli di nuovo il tasto nelle impostazioni.</translation>
    </message>
    <message>
        <source>Choose the key again to be asked.</source>
        <translation>Scegli di nuovo il tasto per ricevere la richiesta.</translation>
    </message>
    <message>
        <source>Choose the microphone whose bar moves when you speak.</source>
        <translation>Scegli il microfono la cui barra si muove quando parli.</translation>
    </message>
    <message>
        <source>Choose the recognizer on this computer, or use --engine local.</source>
        <translation>Scegli il riconoscitore su questo computer o usa --engine local.</translation>
    </message>
    <message>
        <source>Choose {chord}, or any key you like. Press it to start and again to stop.</source>
        <translation>Scegli {chord} o il tasto che preferisci. Premilo per avviare e di nuovo per interrompere.</translation>
    </message>
    <message>
        <source>Choose “Insert again” to replace it with the text.</source>
        <translation>Scegli «Inserisci di nuovo» per sostituirlo con il testo.</translation>
    </message>
    <message>
        <source>Choose “Insert again”.</source>
        <translation>Scegli «Inserisci di nuovo».</translation>
    </message>
    <message>
        <source>Choose “{other}” as the recognizer, then {name}.</source>
        <translation>Scegli «{other}» come riconoscitore, poi {name}.</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Scegli…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Cancella</translation>
    </message>
    <message>
        <source>Clear: {name}</source>
        <translation>Cancella: {name}</translation>
    </message>
    <message>
        <source>Click the tray icon, or start Saywrite again, to open the window.</source>
        <translation>Per aprire la finestra, fai clic sull'icona nell'area di notifica o avvia di nuovo Saywrite.</translation>
    </message>
    <message>
        <source>Close find (Esc)</source>
        <translation>Chiudi la ricerca (Esc)</translation>
    </message>
    <message>
        <source>Close other programs and remove {folder}.</source>
        <translation>Chiudi gli altri programmi e rimuovi {folder}.</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model in Settings &gt; Recognition.</source>
        <translation>Chiudi altri programmi o scegli un modello più piccolo in Impostazioni &gt; Riconoscimento.</translation>
    </message>
    <message>
        <source>Close other Saywrite windows and try again.</source>
        <translation>Chiudi le altre finestre di Saywrite e riprova.</translation>
    </message>
    <message>
        <source>Close other Saywrite windows; instead of a network drive use --data and a folder of this computer.</source>
        <translation>Chiudi le altre finestre di Saywrite; al posto di un'unità di rete usa --data e una cartella di questo computer.</translation>
    </message>
    <message>
        <source>Close that program, then try again.</source>
        <translation>Chiudi quel programma, poi riprova.</translation>
    </message>
    <message>
        <source>Close the other Saywrite and start this one again: it keeps what can be read and begins a new history.</source>
        <translation>Chiudi l'altro Saywrite e avvia di nuovo questo: conserva ciò che si può leggere e inizia una nuova cronologia.</translation>
    </message>
    <message>
        <source>Close the program that is using it, or choose another microphone.</source>
        <translation>Chiudi il programma che lo sta usando o scegli un altro microfono.</translation>
    </message>
    <message>
        <source>closes a window</source>
        <translation>chiude una finestra</translation>
    </message>
    <message>
        <source>Co&amp;py it</source>
        <translation>Co&amp;pia</translation>
    </message>
    <message>
        <source>Collecting diagnostics…</source>
        <translation>Raccolta delle informazioni di diagnostica…</translation>
    </message>
    <message>
        <source>Commands from other programs are not taken: {data} cannot be written to.</source>
        <translation>I comandi di altri programmi non vengono accettati: impossibile scrivere in {data}.</translation>
    </message>
    <message>
        <source>Comparing the files with their checksums…</source>
        <translation>Confronto dei file con le somme di controllo…</translation>
    </message>
    <message>
        <source>Connect to the network and try again, or copy the model's files here and name their folder in Settings &gt; Recognition (on the command line: --from FOLDER).</source>
        <translation>Connettiti alla rete e riprova, o copia qui i file del modello e indica la loro cartella in Impostazioni &gt; Riconoscimento (dalla riga di comando: --from FOLDER).</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>connesso</translation>
    </message>
    <message>
        <source>Connected now: {names}.</source>
        <translation>Attualmente connessi: {names}.</translation>
    </message>
    <message>
        <source>connected · {rtt_ms:.0f} ms</source>
        <translation>connesso · {rtt_ms:.0f} ms</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>connessione…</translation>
    </message>
    <message>
        <source>connects when needed</source>
        <translation>si connette quando serve</translation>
    </message>
    <message>
        <source>Continue a sentence</source>
        <translation>Continua una frase</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC, or split it.</source>
        <translation>Convertilo in WAV o FLAC, o dividilo.</translation>
    </message>
    <message>
        <source>Convert it to WAV, FLAC, OGG or MP3, for example: ffmpeg -i FILE sound.flac</source>
        <translation>Convertilo in WAV, FLAC, OGG o MP3, per esempio: ffmpeg -i FILE sound.flac</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copiato</translation>
    </message>
    <message>
        <source>Copied all</source>
        <translation>Copiato tutto</translation>
    </message>
    <message>
        <source>Copied all with its translation</source>
        <translation>Copiato tutto con la traduzione</translation>
    </message>
    <message>
        <source>Copied the selection</source>
        <translation>Copiata la selezione</translation>
    </message>
    <message>
        <source>copies</source>
        <translation>copia</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copia</translation>
    </message>
    <message>
        <source>Copy &amp;diagnostics</source>
        <translation>Copia le informazioni di &amp;diagnostica</translation>
    </message>
    <message>
        <source>Copy it again, it is one line; this system keeps {limit} characters at most.</source>
        <translation>Copia di nuovo il valore, che occupa una sola riga; questo sistema conserva al massimo {limit} caratteri.</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings} or {key_variable}.</source>
        <translation>Copiala di nuovo per intero in {settings} o in {key_variable}.</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings}.</source>
        <translation>Copia di nuovo il valore per intero in {settings}.</translation>
    </message>
    <message>
        <source>Copy t&amp;ranslation</source>
        <translation>Copia la tra&amp;duzione</translation>
    </message>
    <message>
        <source>Copy te&amp;xt</source>
        <translation>Copia il t&amp;esto</translation>
    </message>
    <message>
        <source>Copy the lines for the desktop's settings</source>
        <translation>Copia le righe per le impostazioni del desktop</translation>
    </message>
    <message>
        <source>Copy the selected text, or all of it (Ctrl+Shift+C)</source>
        <translation>Copia il testo selezionato o tutto il testo (Ctrl+Shift+C)</translation>
    </message>
    <message>
        <source>Copy them, then open the dictation again.</source>
        <translation>Copiale, poi apri di nuovo la dettatura.</translation>
    </message>
    <message>
        <source>Copy to the clipboard only</source>
        <translation>Copia solo negli appunti</translation>
    </message>
    <message>
        <source>Copy with tra&amp;nslation</source>
        <translation>Copia con la tra&amp;duzione</translation>
    </message>
    <message>
        <source>Copying to the clipboard only</source>
        <translation>Copia solo negli appunti</translation>
    </message>
    <message>
        <source>Correct a misheard word in a text, and it is suggested here.</source>
        <translation>Correggi in un testo una parola capita male: verrà suggerita qui.</translation>
    </message>
    <message>
        <source>Correct it in the system's settings or in HTTPS_PROXY.</source>
        <translation>Correggilo nelle impostazioni del sistema o in HTTPS_PROXY.</translation>
    </message>
    <message>
        <source>Correct or remove the environment variable {name}, then start Saywrite again.</source>
        <translation>Correggi o rimuovi la variabile d'ambiente {name}, poi avvia di nuovo Saywrite.</translation>
    </message>
    <message>
        <source>Correct or remove ~/.asoundrc, ~/.config/alsa/asoundrc and /etc/asound.conf, or install ALSA's configuration again (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib).</source>
        <translation>Correggi o rimuovi ~/.asoundrc, ~/.config/alsa/asoundrc e /etc/asound.conf, o reinstalla la configurazione di ALSA (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib).</translation>
    </message>
    <message>
        <source>Correct the address in Settings &gt; Recognition.</source>
        <translation>Correggi l'indirizzo in Impostazioni &gt; Riconoscimento.</translation>
    </message>
    <message>
        <source>Correct the file before you edit keywords: saving keeps it under another name.</source>
        <translation>Correggi il file prima di modificare le parole chiave: il salvataggio lo conserva con un altro nome.</translation>
    </message>
    <message>
        <source>Create the folder again, or {elsewhere}.</source>
        <translation>Crea di nuovo la cartella, oppure: {elsewhere}.</translation>
    </message>
    <message>
        <source>CSV table</source>
        <translation>Tabella CSV</translation>
    </message>
    <message>
        <source>CSV table (*.csv)</source>
        <translation>Tabella CSV (*.csv)</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>&amp;Taglia</translation>
    </message>
    <message>
        <source>cuts</source>
        <translation>taglia</translation>
    </message>
    <message>
        <source>Damaged: its files are incomplete or were changed</source>
        <translation>Danneggiato: i file sono incompleti o sono stati modificati</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Scuro</translation>
    </message>
    <message>
        <source>dark mode colors</source>
        <translation>modalità scura modalità chiara colori tema</translation>
    </message>
    <message>
        <source>debug diagnostics</source>
        <translation>debug diagnostica</translation>
    </message>
    <message>
        <source>Default: {default}</source>
        <translation>Predefinito: {default}</translation>
    </message>
    <message>
        <source>Default: {label}</source>
        <translation>Predefinito: {label}</translation>
    </message>
    <message>
        <source>Delete all &amp;remembered corrections</source>
        <translation>Elimina &amp;tutte le correzioni memorizzate</translation>
    </message>
    <message>
        <source>Detai&amp;ls…</source>
        <translation>&amp;Dettagli…</translation>
    </message>
    <message>
        <source>Details are kept with its text there.</source>
        <translation>I dettagli sono conservati lì, insieme al testo.</translation>
    </message>
    <message>
        <source>Details of the dictation</source>
        <translation>Dettagli della dettatura</translation>
    </message>
    <message>
        <source>Details of this &amp;dictation…</source>
        <translation>Dettagli di &amp;questa dettatura…</translation>
    </message>
    <message>
        <source>Diagnostics copied: no text, audio or key is in them</source>
        <translation>Informazioni di diagnostica copiate: non contengono testi, audio o chiavi</translation>
    </message>
    <message>
        <source>Dictate</source>
        <translation>Detta</translation>
    </message>
    <message>
        <source>Dictate (second key)</source>
        <translation>Detta (secondo tasto)</translation>
    </message>
    <message>
        <source>Dictate in {language}</source>
        <translation>Detta in: {language}</translation>
    </message>
    <message>
        <source>Dictate into the program in front</source>
        <translation>Detta nel programma in primo piano</translation>
    </message>
    <message>
        <source>Dictate something first.</source>
        <translation>Prima detta qualcosa.</translation>
    </message>
    <message>
        <source>Dictate something; recordings are kept for as long as Settings &gt; Files and privacy says.</source>
        <translation>Detta qualcosa; le registrazioni sono conservate per il tempo indicato in Impostazioni &gt; File e privacy.</translation>
    </message>
    <message>
        <source>Dictate with the second key</source>
        <translation>Detta con il secondo tasto</translation>
    </message>
    <message>
        <source>Dictate with {recognizer}</source>
        <translation>Detta con: {recognizer}</translation>
    </message>
    <message>
        <source>dictating</source>
        <translation>dettatura</translation>
    </message>
    <message>
        <source>Dictation</source>
        <translation>Dettatura</translation>
    </message>
    <message>
        <source>Dictation failed, start again</source>
        <translation>Dettatura non riuscita, avvia di nuovo</translation>
    </message>
    <message>
        <source>Dictation {date}</source>
        <translation>Dettatura {date}</translation>
    </message>
    <message>
        <source>Dictations</source>
        <translation>Dettature</translation>
    </message>
    <message>
        <source>Differences: {words}. They are marked. The dictation keeps its text.</source>
        <translation>Differenze: {words}. Sono evidenziate. La dettatura mantiene il suo testo.</translation>
    </message>
    <message>
        <source>Discard recording</source>
        <translation>Scarta la registrazione</translation>
    </message>
    <message>
        <source>Discard this recording for good? Its words cannot be brought back.</source>
        <translation>Scartare definitivamente questa registrazione? Le sue parole non potranno essere recuperate.</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>Scarta…</translation>
    </message>
    <message>
        <source>Disconnect at once</source>
        <translation>Disconnetti subito</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>Chiudi questo messaggio</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fine</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Scarica</translation>
    </message>
    <message>
        <source>Download ({size})</source>
        <translation>Scarica ({size})</translation>
    </message>
    <message>
        <source>Download again</source>
        <translation>Scarica di nuovo</translation>
    </message>
    <message>
        <source>Download it again: saywrite models download {model}</source>
        <translation>Scaricalo di nuovo: saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition all the same, or use another network.</source>
        <translation>Scaricalo comunque in Impostazioni &gt; Riconoscimento o usa un'altra rete.</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition, or with `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>Scaricalo in Impostazioni &gt; Riconoscimento o con `saywrite models download {model}`. Ciò che detti nel frattempo viene registrato e diventa testo quando il modello è disponibile.</translation>
    </message>
    <message>
        <source>Download it: saywrite models download {model}</source>
        <translation>Scaricalo: saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download models from</source>
        <translation>Scarica i modelli da</translation>
    </message>
    <message>
        <source>Download of the model</source>
        <translation>Download del modello</translation>
    </message>
    <message>
        <source>Download one in Settings → Recognition; then Saywrite waits for the phrase by itself.</source>
        <translation>Scaricane uno in Impostazioni → Riconoscimento; poi Saywrite attende la frase da solo.</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Download in corso</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>download in corso</translation>
    </message>
    <message>
        <source>downloading {share} %</source>
        <translation>download {share}%</translation>
    </message>
    <message>
        <source>Drop sound files, videos or folders here, or choose them. They are transcribed one after the other.</source>
        <translation>Trascina qui file audio, video o cartelle, oppure sceglili. Vengono trascritti uno dopo l'altro.</translation>
    </message>
    <message>
        <source>Each sentence is a line</source>
        <translation>Una riga per frase</translation>
    </message>
    <message>
        <source>Ed&amp;it</source>
        <translation>&amp;Modifica</translation>
    </message>
    <message>
        <source>Edit it, or move it to another place.</source>
        <translation>Modificalo o spostalo altrove.</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>vuoto</translation>
    </message>
    <message>
        <source>End after a silence of</source>
        <translation>Termina dopo un silenzio di</translation>
    </message>
    <message>
        <source>End it first, or use --data.</source>
        <translation>Prima terminalo, o usa --data.</translation>
    </message>
    <message>
        <source>End it first.</source>
        <translation>Prima terminalo.</translation>
    </message>
    <message>
        <source>End with one of {suffixes}.</source>
        <translation>Termina il nome con uno tra {suffixes}.</translation>
    </message>
    <message>
        <source>ends the display</source>
        <translation>termina il server grafico</translation>
    </message>
    <message>
        <source>ends the session</source>
        <translation>termina la sessione</translation>
    </message>
    <message>
        <source>engine whisper aiola cloud offline</source>
        <translation>motore riconoscimento vocale whisper aiola cloud offline</translation>
    </message>
    <message>
        <source>English</source>
        <translation>Inglese</translation>
    </message>
    <message>
        <source>Enter an address like https://apis.aiola.ai in the settings.</source>
        <translation>Inserisci nelle impostazioni un indirizzo come https://apis.aiola.ai.</translation>
    </message>
    <message>
        <source>error</source>
        <translation>errore</translation>
    </message>
    <message>
        <source>Escape cancels a dictation.</source>
        <translation>Esc annulla una dettatura.</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Tutto</translation>
    </message>
    <message>
        <source>Export as</source>
        <translation>Esporta come</translation>
    </message>
    <message>
        <source>Export into</source>
        <translation>Esporta in</translation>
    </message>
    <message>
        <source>Export its text instead.</source>
        <translation>Esporta invece il testo.</translation>
    </message>
    <message>
        <source>Export keywords</source>
        <translation>Esporta parole chiave</translation>
    </message>
    <message>
        <source>Export keywords to a CSV or JSON file</source>
        <translation>Esporta le parole chiave in un file CSV o JSON</translation>
    </message>
    <message>
        <source>export the text from the history</source>
        <translation>esporta il testo dalla cronologia</translation>
    </message>
    <message>
        <source>Export the transcript</source>
        <translation>Esporta la trascrizione</translation>
    </message>
    <message>
        <source>Export where my speech went</source>
        <translation>Esporta «Dove è andata la mia voce»</translation>
    </message>
    <message numerus="yes">
        <source>Export {n} dictations into a folder</source>
        <extracomment>Singular: Export {n} dictation into a folder</extracomment>
        <translation>
            <numerusform>Esporta {n} dettatura in una cartella</numerusform>
            <numerusform>Esporta {n} dettature in una cartella</numerusform>
        </translation>
    </message>
    <message>
        <source>Exported to {name}</source>
        <translation>Esportato in {name}</translation>
    </message>
    <message>
        <source>Exported: {written:,} of {wanted:,}. This dictation and those below it in the list were not exported.</source>
        <translation>Esportate: {written:,} di {wanted:,}. Questa dettatura e quelle sotto di essa nell'elenco non sono state esportate.</translation>
    </message>
    <message>
        <source>Failures only</source>
        <translation>Solo errori</translation>
    </message>
    <message>
        <source>Fewer errors, above all outside English; about four times the processor time of base.</source>
        <translation>Meno errori, soprattutto nelle lingue diverse dall'inglese; circa quattro volte il tempo di processore di base.</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>File</translation>
    </message>
    <message>
        <source>Files and privacy</source>
        <translation>File e privacy</translation>
    </message>
    <message>
        <source>Files to t&amp;ranscribe…</source>
        <translation>File da t&amp;rascrivere…</translation>
    </message>
    <message>
        <source>Files – Saywrite</source>
        <translation>File – Saywrite</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filtro</translation>
    </message>
    <message>
        <source>Filter keywords</source>
        <translation>Filtra le parole chiave</translation>
    </message>
    <message>
        <source>Find in the transcript</source>
        <translation>Trova nella trascrizione</translation>
    </message>
    <message>
        <source>Finished sentences</source>
        <translation>Frasi complete</translation>
    </message>
    <message>
        <source>Finishing</source>
        <translation>Completamento</translation>
    </message>
    <message>
        <source>finishing</source>
        <translation>completamento</translation>
    </message>
    <message>
        <source>Finishing the last words</source>
        <translation>Completamento delle ultime parole</translation>
    </message>
    <message>
        <source>Finishing…</source>
        <translation>Completamento…</translation>
    </message>
    <message>
        <source>First sound to first words</source>
        <translation>Dal primo suono alle prime parole</translation>
    </message>
    <message>
        <source>For another language or another recognizer.</source>
        <translation>Per un'altra lingua o un altro riconoscitore.</translation>
    </message>
    <message>
        <source>For example: xterm = type, emacs = shift+insert. Other rules: ctrl+v, ctrl+shift+v, clipboard.</source>
        <translation>Ad esempio: xterm = type, emacs = shift+insert. Altre regole: ctrl+v, ctrl+shift+v, clipboard.</translation>
    </message>
    <message>
        <source>forces a program to quit</source>
        <translation>forza l'uscita da un programma</translation>
    </message>
    <message>
        <source>Free memory after</source>
        <translation>Libera la memoria dopo</translation>
    </message>
    <message>
        <source>Free some space on the disk that holds {place}.</source>
        <translation>Libera spazio sul disco che contiene {place}.</translation>
    </message>
    <message>
        <source>Free some space on the disk.</source>
        <translation>Libera spazio sul disco.</translation>
    </message>
    <message>
        <source>Free some space on this disk, then download the model again: it goes on where it was.</source>
        <translation>Libera spazio su questo disco, poi scarica di nuovo il modello: il download riprende da dov'era.</translation>
    </message>
    <message>
        <source>Free some space, then stop the dictation.</source>
        <translation>Libera spazio, poi interrompi la dettatura.</translation>
    </message>
    <message>
        <source>French</source>
        <translation>Francese</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>German</source>
        <translation>Tedesco</translation>
    </message>
    <message>
        <source>Give your user write permission for this folder, or {elsewhere}.</source>
        <translation>Dai al tuo utente il permesso di scrittura per questa cartella, oppure: {elsewhere}.</translation>
    </message>
    <message>
        <source>Go back to the window where you started</source>
        <translation>Torna alla finestra in cui hai avviato la dettatura</translation>
    </message>
    <message>
        <source>Go to the end of the transcript (Ctrl+End)</source>
        <translation>Vai alla fine della trascrizione (Ctrl+Fine)</translation>
    </message>
    <message>
        <source>goes back in browsers and file managers</source>
        <translation>torna indietro nei browser e nei gestori di file</translation>
    </message>
    <message>
        <source>goes forward in browsers and file managers</source>
        <translation>va avanti nei browser e nei gestori di file</translation>
    </message>
    <message>
        <source>Good everyday dictation on any computer.</source>
        <translation>Buono per la dettatura quotidiana su qualsiasi computer.</translation>
    </message>
    <message>
        <source>Good: Saywrite hears you.</source>
        <translation>Bene: Saywrite ti sente.</translation>
    </message>
    <message>
        <source>Hands-free</source>
        <translation>A mani libere</translation>
    </message>
    <message>
        <source>Hands-free from the start</source>
        <translation>A mani libere dall'avvio</translation>
    </message>
    <message>
        <source>Hands-free key</source>
        <translation>Tasto per le mani libere</translation>
    </message>
    <message>
        <source>Hands-free mode on and off</source>
        <translation>Attiva e disattiva la modalità a mani libere</translation>
    </message>
    <message>
        <source>hands-free voice stop listening</source>
        <translation>mani libere voce fermare ascoltare silenzio pausa</translation>
    </message>
    <message>
        <source>Hands-free: cannot listen</source>
        <translation>A mani libere: impossibile ascoltare</translation>
    </message>
    <message>
        <source>Hands-free: paused</source>
        <translation>A mani libere: in pausa</translation>
    </message>
    <message>
        <source>Hands-free: say “{phrase}”</source>
        <translation>A mani libere: di' «{phrase}»</translation>
    </message>
    <message>
        <source>Hands-free: “{phrase}” ends the dictation</source>
        <translation>A mani libere: «{phrase}» termina la dettatura</translation>
    </message>
    <message>
        <source>Hear from here</source>
        <translation>Ascolta da qui</translation>
    </message>
    <message>
        <source>heard 00:00 · sent 00:00 · text 00:00</source>
        <translation>sentito 00:00 · inviato 00:00 · testo 00:00</translation>
    </message>
    <message>
        <source>heard 00:00 · text 00:00</source>
        <translation>sentito 00:00 · testo 00:00</translation>
    </message>
    <message>
        <source>heard {heard}</source>
        <translation>sentito {heard}</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>Nascondi</translation>
    </message>
    <message>
        <source>Hide the unfinished dictations</source>
        <translation>Nascondi le dettature incomplete</translation>
    </message>
    <message>
        <source>hides a program</source>
        <translation>nasconde un programma</translation>
    </message>
    <message>
        <source>History – Saywrite</source>
        <translation>Cronologia – Saywrite</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>Occorrenze</translation>
    </message>
    <message>
        <source>Hits of the selected keyword</source>
        <translation>Occorrenze della parola chiave selezionata</translation>
    </message>
    <message>
        <source>Hits: not tried</source>
        <translation>Occorrenze: non provata</translation>
    </message>
    <message>
        <source>Hits: {hits}</source>
        <translation>Occorrenze: {hits}</translation>
    </message>
    <message>
        <source>Hold a key, speak, let go</source>
        <translation>Tieni premuto un tasto, parla, rilascialo</translation>
    </message>
    <message>
        <source>Hold the key</source>
        <translation>Tieni premuto il tasto</translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation>Tieni premuto per parlare</translation>
    </message>
    <message>
        <source>Hold to talk, or tap to start and stop</source>
        <translation>Tieni premuto per parlare, o premi per avviare e interrompere</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say any sentence, and let go.</source>
        <translation>Tieni premuto {hotkey}, di' una frase qualsiasi e rilascia.</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say “one, two, three”, and let go:</source>
        <translation>Tieni premuto {hotkey}, di' «uno, due, tre» e rilascia:</translation>
    </message>
    <message>
        <source>Hold {key} in any program</source>
        <translation>Tieni premuto {key} in qualsiasi programma</translation>
    </message>
    <message>
        <source>How much was recorded, and up to where it has become text</source>
        <translation>Quanto è stato registrato e fin dove è diventato testo</translation>
    </message>
    <message>
        <source>How the text gets into other programs.</source>
        <translation>Come il testo arriva negli altri programmi.</translation>
    </message>
    <message>
        <source>I &amp;speak</source>
        <translation>Lingua &amp;parlata</translation>
    </message>
    <message>
        <source>If it is not there, choose “Insert again”.</source>
        <translation>Se non c'è, scegli «Inserisci di nuovo».</translation>
    </message>
    <message>
        <source>If more is expected, copy the file again.</source>
        <translation>Se dovrebbe esserci altro, copia di nuovo il file.</translation>
    </message>
    <message>
        <source>If the window changed</source>
        <translation>Se la finestra è cambiata</translation>
    </message>
    <message>
        <source>If these are missed, copy the file again.</source>
        <translation>Se queste parti ti servono, copia di nuovo il file.</translation>
    </message>
    <message>
        <source>If this is off, each sentence appears when it ends, and recognition needs a tenth of the processor time.</source>
        <translation>Se questa opzione è disattivata, ogni frase appare quando finisce e il riconoscimento richiede un decimo del tempo di processore.</translation>
    </message>
    <message>
        <source>If this is on, what you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>Se questa opzione è attivata, ciò che correggi in un testo viene memorizzato su questo computer finché la dettatura è nella cronologia.</translation>
    </message>
    <message>
        <source>If you say “comma”, a comma is written.</source>
        <translation>Se dici «virgola», viene scritta una virgola.</translation>
    </message>
    <message>
        <source>If your company inspects traffic, have its certificate installed in the system; otherwise do not use this network.</source>
        <translation>Se la tua azienda ispeziona il traffico, fai installare il suo certificato nel sistema; altrimenti non usare questa rete.</translation>
    </message>
    <message>
        <source>Import keywords</source>
        <translation>Importa parole chiave</translation>
    </message>
    <message>
        <source>Import keywords from a CSV or JSON file</source>
        <translation>Importa parole chiave da un file CSV o JSON</translation>
    </message>
    <message>
        <source>In every program</source>
        <translation>In ogni programma</translation>
    </message>
    <message>
        <source>In Settings → Privacy &amp; security → Microphone, switch on “Let desktop apps access your microphone”.</source>
        <translation>In Impostazioni → Privacy e sicurezza → Microfono, attiva «Consenti alle app desktop di accedere al microfono».</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind a key to each command shown in Saywrite's settings.</source>
        <translation>Nelle impostazioni della tastiera del desktop, assegna un tasto a ogni comando mostrato nelle impostazioni di Saywrite.</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind this command to a key</source>
        <translation>Nelle impostazioni della tastiera del desktop, associa questo comando a un tasto</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>In uso</translation>
    </message>
    <message numerus="yes">
        <source>in {n:,} places</source>
        <extracomment>Singular: in {n:,} place</extracomment>
        <translation>
            <numerusform>in {n:,} punto</numerusform>
            <numerusform>in {n:,} punti</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in {n} places</source>
        <extracomment>Singular: in {n} place</extracomment>
        <translation>
            <numerusform>in {n} punto</numerusform>
            <numerusform>in {n} punti</numerusform>
        </translation>
    </message>
    <message>
        <source>info</source>
        <translation>informazione</translation>
    </message>
    <message>
        <source>input device headset</source>
        <translation>dispositivo di ingresso cuffie auricolare microfono</translation>
    </message>
    <message>
        <source>Insert adds a keyword, F2 edits, Delete removes.</source>
        <translation>Ins aggiunge una parola chiave, F2 la modifica, Canc la rimuove.</translation>
    </message>
    <message>
        <source>Insert into the window in front</source>
        <translation>Inserisci nella finestra in primo piano</translation>
    </message>
    <message>
        <source>Insert text by</source>
        <translation>Inserisci il testo tramite</translation>
    </message>
    <message>
        <source>Insert the last text &amp;again</source>
        <translation>Inserisci di &amp;nuovo l'ultimo testo</translation>
    </message>
    <message>
        <source>Inserted into {program}</source>
        <translation>Inserito in {program}</translation>
    </message>
    <message>
        <source>Insertion</source>
        <translation>Inserimento</translation>
    </message>
    <message>
        <source>Install a newer Saywrite.</source>
        <translation>Installa una versione più recente di Saywrite.</translation>
    </message>
    <message>
        <source>Install and start a Secret Service, such as gnome-keyring or KWallet.</source>
        <translation>Installa e avvia un Secret Service, come gnome-keyring o KWallet.</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) and start Saywrite again.</source>
        <translation>Installala (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) e avvia di nuovo Saywrite.</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libpulse0).</source>
        <translation>Installala (Debian, Ubuntu: libpulse0).</translation>
    </message>
    <message>
        <source>Install it with “brew install portaudio” and start Saywrite again.</source>
        <translation>Installala con «brew install portaudio» e avvia di nuovo Saywrite.</translation>
    </message>
    <message>
        <source>Install its bridge (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</source>
        <translation>Installa il suo bridge (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</translation>
    </message>
    <message>
        <source>Install Saywrite again (“pip install ctranslate2”), or choose aiOla as the recognizer.</source>
        <translation>Installa di nuovo Saywrite («pip install ctranslate2») o scegli aiOla come riconoscitore.</translation>
    </message>
    <message>
        <source>Install Saywrite again.</source>
        <translation>Installa di nuovo Saywrite.</translation>
    </message>
    <message>
        <source>Install Saywrite again: its package “sounddevice” brings the library along.</source>
        <translation>Installa di nuovo Saywrite: il suo pacchetto «sounddevice» include la libreria.</translation>
    </message>
    <message>
        <source>is Windows' own dictation</source>
        <translation>avvia la dettatura di Windows</translation>
    </message>
    <message>
        <source>it answers with a web page</source>
        <translation>risponde con una pagina web</translation>
    </message>
    <message>
        <source>it answers with an error (HTTP {status})</source>
        <translation>risponde con un errore (HTTP {status})</translation>
    </message>
    <message>
        <source>it answers with something else than asked for</source>
        <translation>risponde con qualcosa di diverso da quanto richiesto</translation>
    </message>
    <message>
        <source>it cannot be reached</source>
        <translation>non raggiungibile</translation>
    </message>
    <message>
        <source>it cannot prove that it is the right server</source>
        <translation>il server non può dimostrare la sua identità</translation>
    </message>
    <message>
        <source>it does not answer</source>
        <translation>non risponde</translation>
    </message>
    <message>
        <source>it does not have the file</source>
        <translation>non ha il file</translation>
    </message>
    <message>
        <source>It goes on in {wait}.</source>
        <translation>Si riprende tra {wait}.</translation>
    </message>
    <message>
        <source>it has another file under this name</source>
        <translation>ha un altro file con questo nome</translation>
    </message>
    <message>
        <source>it has no {file}</source>
        <translation>non ha {file}</translation>
    </message>
    <message>
        <source>it holds a broken character.</source>
        <translation>contiene un carattere danneggiato.</translation>
    </message>
    <message>
        <source>It holds no words, nothing was saved.</source>
        <translation>Non contiene parole, non è stato salvato nulla.</translation>
    </message>
    <message>
        <source>It is downloaded again.</source>
        <translation>Viene scaricato di nuovo.</translation>
    </message>
    <message>
        <source>It is in the history and can be copied from there.</source>
        <translation>È nella cronologia e può essere copiato da lì.</translation>
    </message>
    <message>
        <source>It is made again by itself.</source>
        <translation>Viene ristabilita automaticamente.</translation>
    </message>
    <message>
        <source>It is removed when Saywrite is uninstalled.</source>
        <translation>Viene rimosso quando si disinstalla Saywrite.</translation>
    </message>
    <message>
        <source>It is tried again when the network changes.</source>
        <translation>Si riproverà quando la rete cambia.</translation>
    </message>
    <message>
        <source>It is tried again; check the addresses in {settings}.</source>
        <translation>Si riprova; controlla gli indirizzi in {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; check the network and the addresses in {settings}.</source>
        <translation>Si riprova; controlla la rete e gli indirizzi in {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; check the network connection.</source>
        <translation>Si riprova; controlla la connessione di rete.</translation>
    </message>
    <message>
        <source>It is tried again; check the proxy in the system's settings.</source>
        <translation>Si riprova; controlla il proxy nelle impostazioni del sistema.</translation>
    </message>
    <message>
        <source>It is tried again; end those on other computers or in other programs.</source>
        <translation>Si riprova; termina quelle su altri computer o in altri programmi.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask aiOla.</source>
        <translation>Si riprova; se il problema continua, chiedi ad aiOla.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask whoever runs your network to let WebSockets pass.</source>
        <translation>Si riprova; se il problema continua, chiedi a chi gestisce la tua rete di lasciar passare i WebSocket.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, check the addresses in {settings}.</source>
        <translation>Si riprova; se il problema continua, controlla gli indirizzi in {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, the log tells more.</source>
        <translation>Si riprova; se il problema continua, il registro contiene altri dettagli.</translation>
    </message>
    <message>
        <source>It may have been removed; nothing was changed.</source>
        <translation>Potrebbe essere stata rimossa; non è stato modificato nulla.</translation>
    </message>
    <message>
        <source>it points to an address that is not secure</source>
        <translation>rimanda a un indirizzo non sicuro</translation>
    </message>
    <message>
        <source>it redirects without end</source>
        <translation>reindirizza senza fine</translation>
    </message>
    <message>
        <source>it refuses access (HTTP {status})</source>
        <translation>rifiuta l'accesso (HTTP {status})</translation>
    </message>
    <message>
        <source>it sends another part of the file than asked for</source>
        <translation>invia una parte del file diversa da quella richiesta</translation>
    </message>
    <message>
        <source>it sends more bytes than the file has</source>
        <translation>invia più byte di quanti ne ha il file</translation>
    </message>
    <message>
        <source>it sends other bytes than the published ones</source>
        <translation>invia byte diversi da quelli pubblicati</translation>
    </message>
    <message>
        <source>It was kept as {name} beside it; the defaults are used.</source>
        <translation>È stato conservato come {name} nella stessa cartella; vengono usati i valori predefiniti.</translation>
    </message>
    <message>
        <source>It was left as it is; the defaults are used. Repair or move it.</source>
        <translation>È stato lasciato com'era; vengono usati i valori predefiniti. Riparalo o spostalo.</translation>
    </message>
    <message>
        <source>It works in every program.</source>
        <translation>Funziona in ogni programma.</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>Italiano</translation>
    </message>
    <message>
        <source>its address cannot be read</source>
        <translation>l'indirizzo non è leggibile</translation>
    </message>
    <message>
        <source>its packages do not hold the model</source>
        <translation>i pacchetti non contengono il modello</translation>
    </message>
    <message>
        <source>Its page says what is new, and how to install it.</source>
        <translation>La sua pagina dice che cosa c'è di nuovo e come installarla.</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds.</source>
        <translation>La registrazione viene conservata per alcuni secondi.</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds. The menu of this icon offers to undo it.</source>
        <translation>La registrazione viene conservata per alcuni secondi. Il menu di questa icona permette di ripristinarla.</translation>
    </message>
    <message>
        <source>Its text could not be written to the history.</source>
        <translation>Non è stato possibile scrivere il suo testo nella cronologia.</translation>
    </message>
    <message>
        <source>Its text is unchanged.</source>
        <translation>Il suo testo è invariato.</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>Giapponese</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>kB</source>
        <translation>kB</translation>
    </message>
    <message>
        <source>Ke&amp;y</source>
        <translation>&amp;Tasto</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Mantieni</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Mantieni</translation>
    </message>
    <message>
        <source>Keep line breaks</source>
        <translation>Mantieni le interruzioni di riga</translation>
    </message>
    <message>
        <source>Keep recordings</source>
        <translation>Conserva le registrazioni</translation>
    </message>
    <message>
        <source>Keep running when closed</source>
        <translation>Continua in background alla chiusura</translation>
    </message>
    <message>
        <source>Keep Saywrite open; close what else keeps the disk busy.</source>
        <translation>Tieni aperto Saywrite; chiudi gli altri programmi che occupano il disco.</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Tasto</translation>
    </message>
    <message>
        <source>Key to first sound</source>
        <translation>Dal tasto al primo suono</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Scorciatoie da tastiera</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasti</translation>
    </message>
    <message>
        <source>Keys are kept in {name}.</source>
        <translation>Le chiavi sono conservate in {name}.</translation>
    </message>
    <message>
        <source>Keyword lab</source>
        <translation>Laboratorio delle parole chiave</translation>
    </message>
    <message>
        <source>Keywords</source>
        <translation>Parole chiave</translation>
    </message>
    <message>
        <source>Keywords (*.csv *.json *.txt)</source>
        <translation>Parole chiave (*.csv *.json *.txt)</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Lingua</translation>
    </message>
    <message>
        <source>Language of the program</source>
        <translation>Lingua del programma</translation>
    </message>
    <message>
        <source>Language of the second key</source>
        <translation>Lingua del secondo tasto</translation>
    </message>
    <message>
        <source>Leave it empty for the folder that you used last.</source>
        <translation>Lascia vuoto per la cartella usata l'ultima volta.</translation>
    </message>
    <message>
        <source>Left and right walk through them.</source>
        <translation>Freccia sinistra e destra li scorrono.</translation>
    </message>
    <message>
        <source>Left {key}</source>
        <translation>{key} sinistro</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Durata</translation>
    </message>
    <message>
        <source>Length of the recording</source>
        <translation>Durata della registrazione</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>Ridotto</translation>
    </message>
    <message>
        <source>Let go of all keys and try again.</source>
        <translation>Rilascia tutti i tasti e riprova.</translation>
    </message>
    <message>
        <source>libpulse-simple is missing.</source>
        <translation>Manca libpulse-simple.</translation>
    </message>
    <message>
        <source>libraries that PyAV's wheels carry</source>
        <translation>librerie contenute nei pacchetti wheel di PyAV</translation>
    </message>
    <message>
        <source>Licenses</source>
        <translation>Licenze</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Chiaro</translation>
    </message>
    <message>
        <source>Line breaks in terminals</source>
        <translation>Interruzioni di riga nei terminali</translation>
    </message>
    <message>
        <source>Line {line}: {what}</source>
        <translation>Riga {line}: {what}</translation>
    </message>
    <message>
        <source>Lines that were not imported</source>
        <translation>Righe non importate</translation>
    </message>
    <message>
        <source>Listen</source>
        <translation>Ascolta</translation>
    </message>
    <message>
        <source>Listen before the key press</source>
        <translation>Ascolta prima della pressione del tasto</translation>
    </message>
    <message>
        <source>Listen to the sounds</source>
        <translation>Ascolta i suoni</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>In ascolto</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>in ascolto</translation>
    </message>
    <message>
        <source>Listening. Speak now.</source>
        <translation>In ascolto. Parla ora.</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>In ascolto…</translation>
    </message>
    <message>
        <source>loading…</source>
        <translation>caricamento…</translation>
    </message>
    <message>
        <source>loads when needed</source>
        <translation>si carica quando serve</translation>
    </message>
    <message>
        <source>locks the screen</source>
        <translation>blocca lo schermo</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Registro</translation>
    </message>
    <message>
        <source>Log out and in again, then try again.</source>
        <translation>Esci dalla sessione e accedi di nuovo, poi riprova.</translation>
    </message>
    <message>
        <source>Longest dictation</source>
        <translation>Dettatura più lunga</translation>
    </message>
    <message>
        <source>Longest sentence</source>
        <translation>Frase più lunga</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>Ricerca dei modelli…</translation>
    </message>
    <message>
        <source>Looking for updates…</source>
        <translation>Ricerca di aggiornamenti…</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Ricerca…</translation>
    </message>
    <message>
        <source>macOS does not give {chord} to programs ({code}).</source>
        <translation>macOS non assegna {chord} ai programmi ({code}).</translation>
    </message>
    <message>
        <source>macOS does not let Saywrite insert text yet. The text is on the clipboard.</source>
        <translation>macOS non consente ancora a Saywrite di inserire testo. Il testo è negli appunti.</translation>
    </message>
    <message>
        <source>macOS does not report {chord} to other programs.</source>
        <translation>macOS non segnala {chord} ad altri programmi.</translation>
    </message>
    <message>
        <source>Make it writable for your user, then try again.</source>
        <translation>Rendilo scrivibile per il tuo utente, poi riprova.</translation>
    </message>
    <message>
        <source>Make it writable, or {elsewhere}.</source>
        <translation>Consenti la scrittura, oppure: {elsewhere}.</translation>
    </message>
    <message>
        <source>Make the file readable for your user and start Saywrite again.</source>
        <translation>Rendi il file leggibile per il tuo utente e avvia di nuovo Saywrite.</translation>
    </message>
    <message>
        <source>Make the file readable for your user.</source>
        <translation>Rendi il file leggibile per il tuo utente.</translation>
    </message>
    <message>
        <source>Make the folder {parent} writable for your user, or start with --data and another folder.</source>
        <translation>Rendi la cartella {parent} scrivibile per il tuo utente, o avvia con --data e un'altra cartella.</translation>
    </message>
    <message>
        <source>Mark words heard differently</source>
        <translation>Segna le parole sentite in modo diverso</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>Match &amp;case</source>
        <translation>Mai&amp;uscole/minuscole</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Microfono</translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation>Livello del microfono</translation>
    </message>
    <message>
        <source>Microphone level: {value}</source>
        <translation>Livello del microfono: {value}</translation>
    </message>
    <message>
        <source>milliseconds</source>
        <translation>millisecondi</translation>
    </message>
    <message>
        <source>minus {number}</source>
        <translation>meno {number}</translation>
    </message>
    <message>
        <source>mirror offline</source>
        <translation>mirror server specchio offline</translation>
    </message>
    <message>
        <source>Missing sound</source>
        <translation>Audio mancante</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modello</translation>
    </message>
    <message>
        <source>model damaged</source>
        <translation>modello danneggiato</translation>
    </message>
    <message>
        <source>Models come over https only, so that nobody can change them on the way. Write https:// before the host.</source>
        <translation>I modelli arrivano solo tramite https, così nessuno può modificarli lungo il percorso. Scrivi https:// prima dell'host.</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>Modelli…</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>Mese</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>Movimento</translation>
    </message>
    <message>
        <source>Mouse {number}</source>
        <translation>Pulsante {number} del mouse</translation>
    </message>
    <message>
        <source>Move away a little, or lower the input level in the sound settings of this computer.</source>
        <translation>Allontanati un po' o abbassa il livello di ingresso nelle impostazioni audio di questo computer.</translation>
    </message>
    <message>
        <source>Move it to another place, or start with --data and another folder.</source>
        <translation>Spostalo altrove, o avvia con --data e un'altra cartella.</translation>
    </message>
    <message>
        <source>Moved to {label} in the sound settings.</source>
        <translation>Passato a {label} nelle impostazioni audio.</translation>
    </message>
    <message>
        <source>must be a whole number</source>
        <translation>deve essere un numero intero</translation>
    </message>
    <message>
        <source>must be between {minimum} and {maximum}</source>
        <translation>deve essere tra {minimum} e {maximum}</translation>
    </message>
    <message>
        <source>must be one of {names}</source>
        <translation>deve essere uno di questi valori: {names}</translation>
    </message>
    <message>
        <source>must be text in quotes</source>
        <translation>deve essere testo tra virgolette</translation>
    </message>
    <message>
        <source>must be text of at most {limit} characters</source>
        <translation>deve essere testo di al massimo {limit} caratteri</translation>
    </message>
    <message>
        <source>must be true or false</source>
        <translation>deve essere true o false</translation>
    </message>
    <message>
        <source>Name of the saved text</source>
        <translation>Nome del testo salvato</translation>
    </message>
    <message>
        <source>Name the sound files in it.</source>
        <translation>Indica i file audio che contiene.</translation>
    </message>
    <message>
        <source>Native libraries and tables</source>
        <translation>Librerie native e tabelle</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Mai</translation>
    </message>
    <message>
        <source>New paragraph after a pause of</source>
        <translation>Nuovo paragrafo dopo una pausa di</translation>
    </message>
    <message>
        <source>New text</source>
        <translation>Nuovo testo</translation>
    </message>
    <message>
        <source>New text: go to the end of the transcript</source>
        <translation>Nuovo testo: vai alla fine della trascrizione</translation>
    </message>
    <message>
        <source>Next (F3)</source>
        <translation>Successivo (F3)</translation>
    </message>
    <message>
        <source>No dictations yet. What you dictate is kept here.</source>
        <translation>Ancora nessuna dettatura. Ciò che detti viene conservato qui.</translation>
    </message>
    <message>
        <source>No files</source>
        <translation>Nessun file</translation>
    </message>
    <message>
        <source>No keyword could be read from this {kind} file. Line {line}: {what}</source>
        <translation>Non è stato possibile leggere alcuna parola chiave da questo file {kind}. Riga {line}: {what}</translation>
    </message>
    <message>
        <source>No keyword has these letters.</source>
        <translation>Nessuna parola chiave contiene queste lettere.</translation>
    </message>
    <message>
        <source>No keyword is in your last dictations.</source>
        <translation>Nessuna parola chiave compare nelle ultime dettature.</translation>
    </message>
    <message>
        <source>No microphone found</source>
        <translation>Nessun microfono trovato</translation>
    </message>
    <message>
        <source>No microphone is connected.</source>
        <translation>Nessun microfono è connesso.</translation>
    </message>
    <message>
        <source>No microphone was found.</source>
        <translation>Non è stato trovato alcun microfono.</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>nessun modello</translation>
    </message>
    <message>
        <source>no model yet</source>
        <translation>ancora nessun modello</translation>
    </message>
    <message>
        <source>No recognizer of this version does. The language stays as it was.</source>
        <translation>Nessun riconoscitore di questa versione la supporta. La lingua resta quella di prima.</translation>
    </message>
    <message>
        <source>No secure connection to {host} can be made ({detail}).</source>
        <translation>Impossibile stabilire una connessione sicura con {host} ({detail}).</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>Nessuna impostazione contiene queste parole.</translation>
    </message>
    <message>
        <source>No sound files are in this folder.</source>
        <translation>In questa cartella non ci sono file audio.</translation>
    </message>
    <message>
        <source>No text</source>
        <translation>Nessun testo</translation>
    </message>
    <message>
        <source>No translation</source>
        <translation>Nessuna traduzione</translation>
    </message>
    <message>
        <source>No words were recognized.</source>
        <translation>Non è stata riconosciuta alcuna parola.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>nessuno</translation>
    </message>
    <message>
        <source>None: press to choose</source>
        <translation>Nessuno: premi per scegliere</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normale</translation>
    </message>
    <message>
        <source>not connected</source>
        <translation>non connesso</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Non trovato</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>non trovato</translation>
    </message>
    <message>
        <source>Not on this computer</source>
        <translation>Non su questo computer</translation>
    </message>
    <message>
        <source>not valid JSON from here on.</source>
        <translation>JSON non valido da qui in poi.</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Niente</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nessun risultato</translation>
    </message>
    <message>
        <source>Nothing found for “{words}” with these filters.</source>
        <translation>Nessun risultato per «{words}» con questi filtri.</translation>
    </message>
    <message>
        <source>Nothing found for “{words}”.</source>
        <translation>Nessun risultato per «{words}».</translation>
    </message>
    <message>
        <source>Nothing is recorded on disk yet.</source>
        <translation>Su disco non è ancora registrato nulla.</translation>
    </message>
    <message>
        <source>Nothing is saved yet; new sound is kept in memory.</source>
        <translation>Non è ancora salvato nulla; il nuovo audio è conservato in memoria.</translation>
    </message>
    <message>
        <source>Nothing leaves this computer</source>
        <translation>Nulla lascia questo computer</translation>
    </message>
    <message>
        <source>Nothing left this computer</source>
        <translation>Nulla ha lasciato questo computer</translation>
    </message>
    <message>
        <source>Nothing matches these filters.</source>
        <translation>Nulla corrisponde a questi filtri.</translation>
    </message>
    <message>
        <source>nothing may leave this computer</source>
        <translation>nulla può lasciare questo computer</translation>
    </message>
    <message>
        <source>Nothing measured yet. Dictate something; how long each step took is kept with its text.</source>
        <translation>Ancora nessuna misura. Detta qualcosa; la durata di ogni passo viene conservata insieme al testo.</translation>
    </message>
    <message>
        <source>nothing new</source>
        <translation>nulla di nuovo</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>Non è stato modificato nulla.</translation>
    </message>
    <message>
        <source>Nothing was dictated this month yet.</source>
        <translation>In questo mese non è ancora stato dettato nulla.</translation>
    </message>
    <message>
        <source>Nothing was dictated yet.</source>
        <translation>Non è ancora stato dettato nulla.</translation>
    </message>
    <message>
        <source>Nothing was pasted: a text of the transcript has at most {most:,} characters.</source>
        <translation>Non è stato incollato nulla: un testo della trascrizione ha al massimo {most:,} caratteri.</translation>
    </message>
    <message>
        <source>Nothing you dictated has left this computer.</source>
        <translation>Nulla di ciò che hai dettato ha lasciato questo computer.</translation>
    </message>
    <message>
        <source>Now recording from {device}.</source>
        <translation>Ora si registra da {device}.</translation>
    </message>
    <message>
        <source>Nowhere: nothing left this computer</source>
        <translation>Da nessuna parte: nulla ha lasciato questo computer</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Disattivato</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>offline</source>
        <translation>offline</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>Su questo computer</translation>
    </message>
    <message>
        <source>On, and clicks reach the window below</source>
        <translation>Attivato, i clic raggiungono la finestra sottostante</translation>
    </message>
    <message>
        <source>On, and it can be dragged</source>
        <translation>Attivato, si può trascinare</translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation>Un momento…</translation>
    </message>
    <message>
        <source>Only while aiOla cannot be reached</source>
        <translation>Solo quando aiOla non è raggiungibile</translation>
    </message>
    <message>
        <source>Open a browser and sign in to this network; then it goes on.</source>
        <translation>Apri un browser e accedi a questa rete; poi si riprende automaticamente.</translation>
    </message>
    <message>
        <source>Open a web page in the browser and sign in to the network, then try again.</source>
        <translation>Apri una pagina web nel browser e accedi alla rete, poi riprova.</translation>
    </message>
    <message>
        <source>Open the page</source>
        <translation>Apri la pagina</translation>
    </message>
    <message>
        <source>opening the stream</source>
        <translation>apertura del flusso</translation>
    </message>
    <message>
        <source>opens a terminal</source>
        <translation>apre un terminale</translation>
    </message>
    <message>
        <source>opens help</source>
        <translation>apre la guida</translation>
    </message>
    <message>
        <source>opens Spotlight</source>
        <translation>apre Spotlight</translation>
    </message>
    <message>
        <source>opens the clipboard history</source>
        <translation>apre la cronologia degli appunti</translation>
    </message>
    <message>
        <source>opens the menu of a window</source>
        <translation>apre il menu di una finestra</translation>
    </message>
    <message>
        <source>opens the settings</source>
        <translation>apre le impostazioni</translation>
    </message>
    <message>
        <source>opens the start menu</source>
        <translation>apre il menu Start</translation>
    </message>
    <message>
        <source>Or put an API key into {key_variable}.</source>
        <translation>Oppure metti una chiave API in {key_variable}.</translation>
    </message>
    <message>
        <source>Over 10 min</source>
        <translation>Oltre 10 min</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>Pannello in sovrimpressione</translation>
    </message>
    <message>
        <source>Pages of settings</source>
        <translation>Pagine delle impostazioni</translation>
    </message>
    <message>
        <source>Paste it where you want it.</source>
        <translation>Incollalo dove vuoi.</translation>
    </message>
    <message>
        <source>paste type clipboard</source>
        <translation>incollare digitare appunti</translation>
    </message>
    <message>
        <source>Paste your {label} here</source>
        <translation>Incolla qui: {label}</translation>
    </message>
    <message>
        <source>pastes</source>
        <translation>incolla</translation>
    </message>
    <message>
        <source>Pasting</source>
        <translation>Incolla</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausa</translation>
    </message>
    <message>
        <source>Pause between sentences</source>
        <translation>Pausa tra le frasi</translation>
    </message>
    <message>
        <source>Paused at {done}</source>
        <translation>In pausa a {done}</translation>
    </message>
    <message>
        <source>paused at {share} %</source>
        <translation>in pausa al {share}%</translation>
    </message>
    <message>
        <source>pill floating</source>
        <translation>fluttuante finestra mobile pillola</translation>
    </message>
    <message>
        <source>Plain &amp;text</source>
        <translation>Solo &amp;testo</translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation>Solo testo</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Riproduci</translation>
    </message>
    <message>
        <source>Play (Ctrl+P)</source>
        <translation>Riproduci (Ctrl+P)</translation>
    </message>
    <message>
        <source>Play a sound at the start</source>
        <translation>Emetti un suono all'inizio</translation>
    </message>
    <message>
        <source>Play sounds</source>
        <translation>Emetti suoni</translation>
    </message>
    <message>
        <source>Plug in a microphone or switch it on, then try again.</source>
        <translation>Collega un microfono o accendilo, poi riprova.</translation>
    </message>
    <message>
        <source>Plug in a speaker or headphones, or choose an output in the sound settings.</source>
        <translation>Collega un altoparlante o delle cuffie, o scegli un'uscita nelle impostazioni audio.</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>Portoghese</translation>
    </message>
    <message>
        <source>preparing…</source>
        <translation>preparazione…</translation>
    </message>
    <message>
        <source>preroll listen ahead</source>
        <translation>preregistrazione ascoltare prima</translation>
    </message>
    <message>
        <source>Present text: {origin}</source>
        <translation>Testo attuale: {origin}</translation>
    </message>
    <message>
        <source>Press a key, speak, press it again</source>
        <translation>Premi un tasto, parla, premilo di nuovo</translation>
    </message>
    <message>
        <source>Press Start and speak</source>
        <translation>Premi Avvia e parla</translation>
    </message>
    <message>
        <source>Press Start and speak.</source>
        <translation>Premi Avvia e parla.</translation>
    </message>
    <message>
        <source>Press the keys… (Esc: leave it)</source>
        <translation>Premi i tasti… (Esc: lascia invariato)</translation>
    </message>
    <message>
        <source>Press {hotkey}, say any sentence, and press it again.</source>
        <translation>Premi {hotkey}, di' una frase qualsiasi e premi di nuovo.</translation>
    </message>
    <message>
        <source>Press {hotkey}, say “one, two, three”, and press it again:</source>
        <translation>Premi {hotkey}, di' «uno, due, tre» e premi di nuovo:</translation>
    </message>
    <message>
        <source>Press {key} in any program</source>
        <translation>Premi {key} in qualsiasi programma</translation>
    </message>
    <message>
        <source>Previous (Shift+F3)</source>
        <translation>Precedente (Shift+F3)</translation>
    </message>
    <message>
        <source>private network internet cloud</source>
        <translation>privato riservatezza rete internet cloud offline</translation>
    </message>
    <message>
        <source>Private: what you say does not leave this computer. Needs no network and no account.</source>
        <translation>Privato: ciò che dici non lascia questo computer. Non richiede rete né account.</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>problema</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Problemi</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programma</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Avanzamento</translation>
    </message>
    <message>
        <source>Progress of the trial</source>
        <translation>Avanzamento della prova</translation>
    </message>
    <message>
        <source>Progress of transcribing again</source>
        <translation>Avanzamento della nuova trascrizione</translation>
    </message>
    <message>
        <source>Progress of {label}</source>
        <translation>Avanzamento di {label}</translation>
    </message>
    <message>
        <source>Progress of {name}</source>
        <translation>Avanzamento di {name}</translation>
    </message>
    <message>
        <source>Push-to-talk</source>
        <translation>Premi per parlare</translation>
    </message>
    <message>
        <source>Put a new one into {settings}, or check the computer's date and time.</source>
        <translation>Inseriscine uno nuovo in {settings}, o controlla la data e l'ora del computer.</translation>
    </message>
    <message>
        <source>Put it into Settings → aiOla, or an API key into the environment variable {key_variable}.</source>
        <translation>Inserisci il valore in Impostazioni → aiOla, o metti una chiave API nella variabile d'ambiente {key_variable}.</translation>
    </message>
    <message>
        <source>Put it into {settings}, or into {key_variable}.</source>
        <translation>Inseriscila in {settings} o in {key_variable}.</translation>
    </message>
    <message>
        <source>Put the file back, or start Saywrite again: it begins a new history, and recordings are kept.</source>
        <translation>Rimetti il file al suo posto o avvia di nuovo Saywrite: inizia una nuova cronologia, e le registrazioni sono conservate.</translation>
    </message>
    <message>
        <source>Put them into the proxy's address in the system's settings or in HTTPS_PROXY (http://name:password@host:port).</source>
        <translation>Inseriscili nell'indirizzo del proxy nelle impostazioni del sistema o in HTTPS_PROXY (http://name:password@host:port).</translation>
    </message>
    <message>
        <source>Put your company's address into Settings → aiOla, or an API key into {key_variable}.</source>
        <translation>Inserisci l'indirizzo della tua azienda in Impostazioni → aiOla, o una chiave API in {key_variable}.</translation>
    </message>
    <message>
        <source>Put your company's address into {settings}.</source>
        <translation>Inserisci l'indirizzo della tua azienda in {settings}.</translation>
    </message>
    <message>
        <source>Python packages</source>
        <translation>Pacchetti Python</translation>
    </message>
    <message>
        <source>quit background</source>
        <translation>uscire chiudere sfondo in background</translation>
    </message>
    <message>
        <source>Quit it and start it again.</source>
        <translation>Chiudilo e avvialo di nuovo.</translation>
    </message>
    <message>
        <source>Quit it and start it again: it may be an older one.</source>
        <translation>Chiudilo e avvialo di nuovo: potrebbe essere una versione meno recente.</translation>
    </message>
    <message>
        <source>quits a program</source>
        <translation>esce da un programma</translation>
    </message>
    <message>
        <source>Raise its input level in the sound settings, or come closer to it.</source>
        <translation>Alza il suo livello di ingresso nelle impostazioni audio o avvicinati.</translation>
    </message>
    <message>
        <source>Raise its level, then transcribe it again.</source>
        <translation>Alza il livello, poi trascrivilo di nuovo.</translation>
    </message>
    <message>
        <source>Re&amp;move</source>
        <translation>&amp;Rimuovi</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>Lettura del file…</translation>
    </message>
    <message>
        <source>reads and writes sound files; it comes inside PyAV (BSD 3-Clause)</source>
        <translation>legge e scrive i file audio; è incluso in PyAV (BSD 3-Clause)</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Pronto</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>pronto</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Ricevuti</translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation>Riconoscimento</translation>
    </message>
    <message>
        <source>Recognition models</source>
        <translation>Modelli di riconoscimento</translation>
    </message>
    <message>
        <source>Recognize the &amp;recordings again</source>
        <translation>&amp;Riconosci di nuovo le registrazioni</translation>
    </message>
    <message>
        <source>Recognized by {other} while {recognizer} was away</source>
        <translation>Riconosciuto da {other} mentre {recognizer} non era raggiungibile</translation>
    </message>
    <message>
        <source>Recognized on this computer while {recognizer} was away</source>
        <translation>Riconosciuto su questo computer mentre {recognizer} non era raggiungibile</translation>
    </message>
    <message>
        <source>Recognizer</source>
        <translation>Riconoscitore</translation>
    </message>
    <message>
        <source>Recognizer and language</source>
        <translation>Riconoscitore e lingua</translation>
    </message>
    <message>
        <source>Recognizer and language: {words}</source>
        <translation>Riconoscitore e lingua: {words}</translation>
    </message>
    <message>
        <source>Recognizer and microphone</source>
        <translation>Riconoscitore e microfono</translation>
    </message>
    <message>
        <source>Recognizer of the second key</source>
        <translation>Riconoscitore del secondo tasto</translation>
    </message>
    <message>
        <source>Recognizer state</source>
        <translation>Stato del riconoscitore</translation>
    </message>
    <message>
        <source>Recognizer: {word}</source>
        <translation>Riconoscitore: {word}</translation>
    </message>
    <message>
        <source>Recognizing recording {done} of {number}</source>
        <translation>Riconoscimento della registrazione {done} di {number}</translation>
    </message>
    <message>
        <source>Recognizing your last dictation…</source>
        <translation>Riconoscimento dell'ultima dettatura…</translation>
    </message>
    <message>
        <source>reconnecting</source>
        <translation>riconnessione</translation>
    </message>
    <message>
        <source>reconnecting in {left} s</source>
        <translation>riconnessione tra {left} s</translation>
    </message>
    <message>
        <source>Reconnecting, recording goes on</source>
        <translation>Riconnessione, la registrazione continua</translation>
    </message>
    <message>
        <source>reconnecting…</source>
        <translation>riconnessione…</translation>
    </message>
    <message>
        <source>Record or copy it again.</source>
        <translation>Registralo o copialo di nuovo.</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Registrato</translation>
    </message>
    <message>
        <source>Recorded time</source>
        <translation>Tempo registrato</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Registrazione</translation>
    </message>
    <message>
        <source>Recording continues in both cases.</source>
        <translation>La registrazione continua in entrambi i casi.</translation>
    </message>
    <message>
        <source>Recording goes on as soon as sound arrives.</source>
        <translation>La registrazione riprende appena arriva l'audio.</translation>
    </message>
    <message>
        <source>Recording goes on while the connection is being restored.</source>
        <translation>La registrazione continua durante il ripristino della connessione.</translation>
    </message>
    <message>
        <source>recording, text follows</source>
        <translation>registrazione, il testo segue</translation>
    </message>
    <message>
        <source>Recording; the connection is being restored…</source>
        <translation>Registrazione; ripristino della connessione…</translation>
    </message>
    <message>
        <source>Recordings are kept until you choose in the settings for how long.</source>
        <translation>Le registrazioni vengono conservate finché non scegli nelle impostazioni per quanto tempo.</translation>
    </message>
    <message>
        <source>Recordings whose text is missing now are offered to be transcribed again.</source>
        <translation>Le registrazioni ora prive di testo vengono proposte per una nuova trascrizione.</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>rifiutato</translation>
    </message>
    <message>
        <source>refused, again in {left} s</source>
        <translation>rifiutato, nuovo tentativo tra {left} s</translation>
    </message>
    <message>
        <source>refused, trying again…</source>
        <translation>rifiutato, nuovo tentativo…</translation>
    </message>
    <message>
        <source>refused: {reason}</source>
        <translation>rifiutato: {reason}</translation>
    </message>
    <message>
        <source>Release to text</source>
        <translation>Dal rilascio al testo</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Rimuovi</translation>
    </message>
    <message>
        <source>Remove it and download it again: saywrite models remove {model}, saywrite models download {model}</source>
        <translation>Rimuovilo e scaricalo di nuovo: saywrite models remove {model}, saywrite models download {model}</translation>
    </message>
    <message>
        <source>Remove the selected keywords (Delete)</source>
        <translation>Rimuovi le parole chiave selezionate (Canc)</translation>
    </message>
    <message>
        <source>Remove {folder}.</source>
        <translation>Rimuovi {folder}.</translation>
    </message>
    <message>
        <source>Remove {label} from this computer?</source>
        <translation>Rimuovere {label} da questo computer?</translation>
    </message>
    <message>
        <source>Remove {path}.</source>
        <translation>Rimuovi {path}.</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Rimuovi…</translation>
    </message>
    <message>
        <source>Rename the folder, then try again.</source>
        <translation>Rinomina la cartella, poi riprova.</translation>
    </message>
    <message>
        <source>Restart it, or log out and in again.</source>
        <translation>Riavvialo, o esci dalla sessione e accedi di nuovo.</translation>
    </message>
    <message>
        <source>Restart Saywrite; if that does not help, install it again.</source>
        <translation>Riavvia Saywrite; se non basta, installalo di nuovo.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Riprendi</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Riprova</translation>
    </message>
    <message>
        <source>Retry {name}</source>
        <translation>Riprova {name}</translation>
    </message>
    <message>
        <source>Right {key}</source>
        <translation>{key} destro</translation>
    </message>
    <message>
        <source>Rules for single programs</source>
        <translation>Regole per singoli programmi</translation>
    </message>
    <message>
        <source>Run: chmod 700 {folder}</source>
        <translation>Esegui: chmod 700 {folder}</translation>
    </message>
    <message>
        <source>runs a command</source>
        <translation>esegue un comando</translation>
    </message>
    <message>
        <source>runs the speech models; its wheels carry libgomp (GPL 3 with the GCC runtime library exception)</source>
        <translation>esegue i modelli vocali; i suoi pacchetti wheel contengono libgomp (GPL 3 con l'eccezione per la libreria di runtime di GCC)</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>&amp;Mostra</translation>
    </message>
    <message>
        <source>S&amp;kip</source>
        <translation>Sa&amp;lta</translation>
    </message>
    <message>
        <source>S&amp;peed…</source>
        <translation>&amp;Velocità…</translation>
    </message>
    <message>
        <source>S&amp;top testing</source>
        <translation>Interrompi la pro&amp;va</translation>
    </message>
    <message>
        <source>S&amp;wap with “{other}”</source>
        <translation>Scam&amp;bia con «{other}»</translation>
    </message>
    <message>
        <source>Same as the first key</source>
        <translation>Come il primo tasto</translation>
    </message>
    <message>
        <source>Same as the system</source>
        <translation>Come il sistema</translation>
    </message>
    <message>
        <source>Save audio</source>
        <translation>Salva audio</translation>
    </message>
    <message>
        <source>Save audio…</source>
        <translation>Salva audio…</translation>
    </message>
    <message>
        <source>Save the sound to a file first.</source>
        <translation>Salva prima l'audio in un file.</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Salvato</translation>
    </message>
    <message>
        <source>Saved as {name}</source>
        <translation>Salvato come {name}</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>Salvato {name}</translation>
    </message>
    <message>
        <source>saves</source>
        <translation>salva</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Salvataggio…</translation>
    </message>
    <message>
        <source>Say a sentence</source>
        <translation>Di' una frase</translation>
    </message>
    <message>
        <source>Say how to write “{spoken}”: the written form is empty.</source>
        <translation>Indica come scrivere «{spoken}»: la forma scritta è vuota.</translation>
    </message>
    <message>
        <source>Say something</source>
        <translation>Di' qualcosa</translation>
    </message>
    <message>
        <source>Say something.</source>
        <translation>Di' qualcosa.</translation>
    </message>
    <message>
        <source>Say what is heard: the spoken form is empty.</source>
        <translation>Indica che cosa si sente: la forma parlata è vuota.</translation>
    </message>
    <message>
        <source>Say “k eight s”, write “Kubernetes”.

Names, products, jargon: on the left as heard, on the right as written.</source>
        <translation>Di' «kappa otto esse», scrivi «Kubernetes».

Nomi, prodotti, gergo: a sinistra come si sente, a destra come si scrive.</translation>
    </message>
    <message>
        <source>Saywrite</source>
        <translation>Saywrite</translation>
    </message>
    <message>
        <source>Saywrite (process {pid}) does not answer.</source>
        <translation>Saywrite (processo {pid}) non risponde.</translation>
    </message>
    <message>
        <source>Saywrite cannot be asked: {reason}.</source>
        <translation>Impossibile interrogare Saywrite: {reason}.</translation>
    </message>
    <message>
        <source>Saywrite cannot be started with the session: the name {path} is no valid text.</source>
        <translation>Saywrite non può essere avviato con la sessione: il nome {path} non è un testo valido.</translation>
    </message>
    <message>
        <source>Saywrite cannot use this key. Press another one.</source>
        <translation>Saywrite non può usare questo tasto. Premine un altro.</translation>
    </message>
    <message>
        <source>Saywrite hears the key, in every program.</source>
        <translation>Saywrite riceve il tasto in ogni programma.</translation>
    </message>
    <message>
        <source>Saywrite is already running on {display}; its window is there. Quit it there first to have it here, or start it with --data and another folder.</source>
        <translation>Saywrite è già in esecuzione su {display}, dove si trova la sua finestra. Per averlo qui, prima chiudilo là, o avvialo con --data e un'altra cartella.</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder (process {pid} on {host}).</source>
        <translation>Saywrite è già in esecuzione con questa cartella dei dati (processo {pid} su {host}).</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder.</source>
        <translation>Saywrite è già in esecuzione con questa cartella dei dati.</translation>
    </message>
    <message>
        <source>Saywrite is not running.</source>
        <translation>Saywrite non è in esecuzione.</translation>
    </message>
    <message>
        <source>Saywrite is running (process {pid}) but takes no commands.</source>
        <translation>Saywrite è in esecuzione (processo {pid}) ma non accetta comandi.</translation>
    </message>
    <message>
        <source>Saywrite is under the MIT license. Its parts have licenses of their own.</source>
        <translation>Saywrite è distribuito con la licenza MIT. I suoi componenti hanno licenze proprie.</translation>
    </message>
    <message>
        <source>Saywrite itself had the focus, so the text was not inserted anywhere.</source>
        <translation>Era attivo Saywrite stesso, perciò il testo non è stato inserito da nessuna parte.</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}</source>
        <translation>Saywrite non può scrivere in {place}</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}.</source>
        <translation>Saywrite non può scrivere in {place}.</translation>
    </message>
    <message>
        <source>Saywrite opens no connection to the network: it does not use aiOla and downloads no models.</source>
        <translation>Saywrite non apre connessioni alla rete: non usa aiOla e non scarica modelli.</translation>
    </message>
    <message>
        <source>Saywrite overlay</source>
        <translation>Pannello in sovrimpressione di Saywrite</translation>
    </message>
    <message>
        <source>Saywrite stays here</source>
        <translation>Saywrite resta qui</translation>
    </message>
    <message>
        <source>Saywrite stays in the tray. If there is no tray, closing the window quits.</source>
        <translation>Saywrite resta nell'area di notifica. Se non c'è un'area di notifica, chiudere la finestra termina il programma.</translation>
    </message>
    <message>
        <source>Saywrite stays open as a window. On GNOME the extension AppIndicator adds a tray.</source>
        <translation>Saywrite resta aperto come finestra. Su GNOME l'estensione AppIndicator aggiunge un'area di notifica.</translation>
    </message>
    <message>
        <source>Saywrite {version} is there.</source>
        <translation>È disponibile Saywrite {version}.</translation>
    </message>
    <message>
        <source>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</source>
        <translation>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</translation>
    </message>
    <message>
        <source>Saywrite: say “{phrase}”. The microphone is open.</source>
        <translation>Saywrite: di' «{phrase}». Il microfono è aperto.</translation>
    </message>
    <message>
        <source>Saywrite: {words}{preroll}</source>
        <translation>Saywrite: {words}{preroll}</translation>
    </message>
    <message>
        <source>Se&amp;ttings…</source>
        <translation>Im&amp;postazioni…</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Cerca</translation>
    </message>
    <message>
        <source>Search in everything you dictated</source>
        <translation>Cerca in tutto ciò che hai dettato</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Cerca nella cronologia</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>Cerca nelle impostazioni</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Ricerca…</translation>
    </message>
    <message>
        <source>Second key</source>
        <translation>Secondo tasto</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>&amp;Seleziona tutto</translation>
    </message>
    <message>
        <source>selects all</source>
        <translation>seleziona tutto</translation>
    </message>
    <message>
        <source>Send it again when it is complete.</source>
        <translation>Invialo di nuovo quando è completo.</translation>
    </message>
    <message>
        <source>sending the file</source>
        <translation>invio del file</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Inviati</translation>
    </message>
    <message>
        <source>Sent to</source>
        <translation>Inviato a</translation>
    </message>
    <message>
        <source>Sent to {program}; it does not tell whether it took the text</source>
        <translation>Inviato a {program}; il programma non comunica se ha ricevuto il testo</translation>
    </message>
    <message>
        <source>sent {sent}</source>
        <translation>inviato {sent}</translation>
    </message>
    <message>
        <source>Service address</source>
        <translation>Indirizzo del servizio</translation>
    </message>
    <message>
        <source>Set it to 48,000 Hz in the system's sound settings, or choose another microphone.</source>
        <translation>Impostalo su 48.000 Hz nelle impostazioni audio del sistema o scegli un altro microfono.</translation>
    </message>
    <message>
        <source>Set its date and time; dictation works all the same.</source>
        <translation>Imposta la data e l'ora; la dettatura funziona comunque.</translation>
    </message>
    <message>
        <source>Set the computer's date and time, then try again.</source>
        <translation>Imposta la data e l'ora del computer, poi riprova.</translation>
    </message>
    <message>
        <source>Set XDG_RUNTIME_DIR to a folder with a shorter path.</source>
        <translation>Imposta XDG_RUNTIME_DIR su una cartella con un percorso più breve.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Impostazioni</translation>
    </message>
    <message>
        <source>Settings &gt; Keyboard &gt; View and Customize Shortcuts &gt; Custom Shortcuts: add one with this command</source>
        <translation>Impostazioni &gt; Tastiera &gt; Visualizza e personalizza scorciatoie &gt; Scorciatoie personalizzate: aggiungine una con questo comando</translation>
    </message>
    <message>
        <source>Settings → aiOla</source>
        <translation>Impostazioni → aiOla</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>&amp;Mostra</translation>
    </message>
    <message>
        <source>shortcut hotkey</source>
        <translation>scorciatoia da tastiera combinazione di tasti</translation>
    </message>
    <message>
        <source>shortcut hotkey voice start stop listening accessibility</source>
        <translation>scorciatoia da tastiera combinazione di tasti mani libere voce controllo vocale avviare fermare ascoltare accessibilità</translation>
    </message>
    <message>
        <source>shortcut push-to-talk</source>
        <translation>scorciatoia da tastiera combinazione di tasti tasto rapido</translation>
    </message>
    <message>
        <source>Shortest speech</source>
        <translation>Parlato più breve</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Mostra</translation>
    </message>
    <message>
        <source>Show &amp;window</source>
        <translation>Mostra la &amp;finestra</translation>
    </message>
    <message>
        <source>Show all dictations</source>
        <translation>Mostra tutte le dettature</translation>
    </message>
    <message>
        <source>Show fewer messages</source>
        <translation>Mostra meno messaggi</translation>
    </message>
    <message>
        <source>Show text</source>
        <translation>Mostra il testo</translation>
    </message>
    <message>
        <source>Show the &amp;files</source>
        <translation>Mostra i &amp;file</translation>
    </message>
    <message>
        <source>Show the keywords</source>
        <translation>Mostra le parole chiave</translation>
    </message>
    <message>
        <source>Show the text of {name}</source>
        <translation>Mostra il testo di {name}</translation>
    </message>
    <message>
        <source>Show the unfinished dictations</source>
        <translation>Mostra le dettature incomplete</translation>
    </message>
    <message>
        <source>Show the waveform</source>
        <translation>Mostra la forma d'onda</translation>
    </message>
    <message>
        <source>Show words while you speak</source>
        <translation>Mostra le parole mentre parli</translation>
    </message>
    <message>
        <source>Shows words while you speak and writes while aiOla cannot be reached. Needs a recognition model.</source>
        <translation>Mostra le parole mentre parli e scrive quando aiOla non è raggiungibile. Richiede un modello di riconoscimento.</translation>
    </message>
    <message>
        <source>shows your keywords: names and terms as you write them</source>
        <translation>mostra le parole chiave: nomi e termini come li scrivi</translation>
    </message>
    <message>
        <source>Sign in with</source>
        <translation>Accedi con</translation>
    </message>
    <message>
        <source>Sign-in address</source>
        <translation>Indirizzo di accesso</translation>
    </message>
    <message>
        <source>Signed in at {host}.</source>
        <translation>Accesso eseguito su {host}.</translation>
    </message>
    <message>
        <source>signing in</source>
        <translation>accesso</translation>
    </message>
    <message>
        <source>Signing in failed ({name}).</source>
        <translation>Accesso non riuscito ({name}).</translation>
    </message>
    <message>
        <source>Some sound got lost on its way.</source>
        <translation>Una parte dell'audio è andata persa lungo il percorso.</translation>
    </message>
    <message>
        <source>Some terminals run a command at every line break.</source>
        <translation>Alcuni terminali eseguono un comando a ogni interruzione di riga.</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite.</source>
        <translation>Si è verificato un errore interno di Saywrite.</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite. What you said is kept in the recording.</source>
        <translation>Si è verificato un errore interno di Saywrite. Ciò che hai detto è conservato nella registrazione.</translation>
    </message>
    <message>
        <source>Something went wrong while the text was being inserted.</source>
        <translation>Si è verificato un errore durante l'inserimento del testo.</translation>
    </message>
    <message>
        <source>Sound goes to {host}.</source>
        <translation>L'audio va a {host}.</translation>
    </message>
    <message>
        <source>Sound system</source>
        <translation>Sistema audio</translation>
    </message>
    <message>
        <source>Sound that has no text yet can no longer be read.</source>
        <translation>Una parte dell'audio che non ha ancora un testo non si può più leggere.</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Origine</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>Spagnolo</translation>
    </message>
    <message>
        <source>Speak</source>
        <translation>Parla</translation>
    </message>
    <message>
        <source>Speak up, move closer, or raise the input level in the sound settings of this computer.</source>
        <translation>Parla più forte, avvicinati o alza il livello di ingresso nelle impostazioni audio di questo computer.</translation>
    </message>
    <message>
        <source>Speak while “{status}” is shown.</source>
        <translation>Parla mentre è visualizzato «{status}».</translation>
    </message>
    <message>
        <source>Speak, and it is written.</source>
        <translation>Parla, e viene scritto.</translation>
    </message>
    <message>
        <source>Speak, then press it again: your words are inserted where you type.</source>
        <translation>Parla, poi premilo di nuovo: le tue parole vengono inserite dove scrivi.</translation>
    </message>
    <message>
        <source>Speak, then release the key: your words are inserted where you type.</source>
        <translation>Parla, poi rilascia il tasto: le tue parole vengono inserite dove scrivi.</translation>
    </message>
    <message>
        <source>Speak. Your words appear here as you say them.</source>
        <translation>Parla. Le tue parole appaiono qui mentre le dici.</translation>
    </message>
    <message>
        <source>Speak. Your words are written as soon as the model is here.</source>
        <translation>Parla. Le tue parole vengono scritte appena il modello è disponibile.</translation>
    </message>
    <message>
        <source>Speech</source>
        <translation>Parlato</translation>
    </message>
    <message>
        <source>Speech by month and host</source>
        <translation>Parlato per mese e host</translation>
    </message>
    <message>
        <source>Speech counts for a host when any of it was sent there. Dictations that you delete stay in the sums of their month, without their text.</source>
        <translation>Il parlato viene attribuito a un host quando gliene è stata inviata anche solo una parte. Le dettature che elimini restano nei totali del loro mese, senza il testo.</translation>
    </message>
    <message>
        <source>speech models by OpenAI, converted by Systran (faster-whisper) and dropbox-dash, with 8-bit integers made here</source>
        <translation>modelli vocali di OpenAI, convertiti da Systran (faster-whisper) e dropbox-dash, portati qui a interi di 8 bit</translation>
    </message>
    <message>
        <source>Speech threshold</source>
        <translation>Soglia del parlato</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Velocità</translation>
    </message>
    <message>
        <source>Speed of each step</source>
        <translation>Velocità di ogni passo</translation>
    </message>
    <message>
        <source>Speed of each step: median, 95th percentile</source>
        <translation>Velocità di ogni passo: mediana, 95º percentile</translation>
    </message>
    <message>
        <source>Speed – Saywrite</source>
        <translation>Velocità – Saywrite</translation>
    </message>
    <message>
        <source>spoken</source>
        <translation>forma parlata</translation>
    </message>
    <message>
        <source>Spoken punctuation</source>
        <translation>Punteggiatura dettata</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Avvia</translation>
    </message>
    <message>
        <source>Start again; if it happens again, send the log (Help &gt; Copy diagnostics).</source>
        <translation>Avvia di nuovo la dettatura; se succede ancora, invia il registro (Aiuto &gt; Copia le informazioni di diagnostica).</translation>
    </message>
    <message>
        <source>Start again; if that does not help, “saywrite doctor” and the log tell more.</source>
        <translation>Avvia di nuovo la dettatura; se non basta, «saywrite doctor» e il registro danno altri dettagli.</translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation>Avvia all'accesso</translation>
    </message>
    <message>
        <source>Start dictation</source>
        <translation>Avvia la dettatura</translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation>Avvia nell'area di notifica</translation>
    </message>
    <message>
        <source>Start it with: saywrite</source>
        <translation>Avvialo con: saywrite</translation>
    </message>
    <message>
        <source>Start Saywrite again.</source>
        <translation>Avvia di nuovo Saywrite.</translation>
    </message>
    <message>
        <source>Start Saywrite again. Recordings are kept, and their text is made again where it is missing.</source>
        <translation>Avvia di nuovo Saywrite. Le registrazioni sono conservate e il testo mancante viene prodotto di nuovo.</translation>
    </message>
    <message>
        <source>Start Saywrite again: it sets the file aside, keeps what can be read of it and begins a new history. Recordings are not affected.</source>
        <translation>Avvia di nuovo Saywrite: mette da parte il file, conserva ciò che se ne può leggere e inizia una nuova cronologia. Le registrazioni restano intatte.</translation>
    </message>
    <message>
        <source>Start Saywrite again; it offers the recording. Help &gt; Copy diagnostics helps us to find the cause.</source>
        <translation>Avvia di nuovo Saywrite: ti propone la registrazione. Aiuto &gt; Copia le informazioni di diagnostica ci aiuta a trovare la causa.</translation>
    </message>
    <message>
        <source>Start Saywrite from the desktop, not from another session.</source>
        <translation>Avvia Saywrite dal desktop, non da un'altra sessione.</translation>
    </message>
    <message>
        <source>start with --data and another folder</source>
        <translation>avvia con --data e un'altra cartella</translation>
    </message>
    <message>
        <source>Starting, press to stop</source>
        <translation>Avvio, premi per interrompere</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Avvio…</translation>
    </message>
    <message>
        <source>starts and stops in this window</source>
        <translation>avvia e interrompe in questa finestra</translation>
    </message>
    <message>
        <source>Starts and stops without the key</source>
        <translation>Avvia e interrompe senza il tasto</translation>
    </message>
    <message>
        <source>Stay connected for</source>
        <translation>Resta connesso per</translation>
    </message>
    <message>
        <source>Step {number} of {steps}: {name}</source>
        <translation>Passo {number} di {steps}: {name}</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Interrompi</translation>
    </message>
    <message>
        <source>Stop &amp;without waiting for text</source>
        <translation>Interrompi &amp;senza attendere il testo</translation>
    </message>
    <message>
        <source>Stop (Ctrl+P)</source>
        <translation>Interrompi (Ctrl+P)</translation>
    </message>
    <message>
        <source>Stop dictation, recording now</source>
        <translation>Interrompi la dettatura, registrazione in corso</translation>
    </message>
    <message>
        <source>Stop dictation, recording now, reconnecting</source>
        <translation>Interrompi la dettatura, registrazione in corso, riconnessione</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the file.</source>
        <translation>Prima interrompila, poi trascrivi il file.</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the unfinished one.</source>
        <translation>Prima interrompila, poi trascrivi quella incompleta.</translation>
    </message>
    <message>
        <source>Stop it first.</source>
        <translation>Prima interrompila.</translation>
    </message>
    <message>
        <source>Stop it there first.</source>
        <translation>Prima interrompila là.</translation>
    </message>
    <message>
        <source>Stop that download first.</source>
        <translation>Prima interrompi quel download.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Interrotto.</translation>
    </message>
    <message>
        <source>Structured results</source>
        <translation>Risultati strutturati</translation>
    </message>
    <message>
        <source>Su&amp;ggestions</source>
        <translation>S&amp;uggerimenti</translation>
    </message>
    <message>
        <source>Su&amp;ggestions ({number})</source>
        <translation>S&amp;uggerimenti ({number})</translation>
    </message>
    <message>
        <source>SubRip subtitles</source>
        <translation>Sottotitoli SubRip</translation>
    </message>
    <message>
        <source>Subtitles need the times of the words, and this text has none.</source>
        <translation>I sottotitoli richiedono i tempi delle parole, e questo testo non ne ha.</translation>
    </message>
    <message>
        <source>Suggest keywords from my &amp;corrections</source>
        <translation>Suggerisci parole chiave dalle mie &amp;correzioni</translation>
    </message>
    <message>
        <source>Suggest keywords from my corrections</source>
        <translation>Suggerisci parole chiave dalle mie correzioni</translation>
    </message>
    <message>
        <source>Suggested keywords</source>
        <translation>Parole chiave suggerite</translation>
    </message>
    <message>
        <source>Switch the hands-free mode on and off</source>
        <translation>Attiva o disattiva la modalità a mani libere</translation>
    </message>
    <message>
        <source>switches between programs</source>
        <translation>passa da un programma all'altro</translation>
    </message>
    <message>
        <source>switches between windows</source>
        <translation>passa da una finestra all'altra</translation>
    </message>
    <message>
        <source>Switches the hands-free mode on and off.</source>
        <translation>Attiva e disattiva la modalità a mani libere.</translation>
    </message>
    <message>
        <source>switches the input method (IBus, Fcitx)</source>
        <translation>cambia il metodo di immissione (IBus, Fcitx)</translation>
    </message>
    <message>
        <source>switches the input source</source>
        <translation>cambia la sorgente di input</translation>
    </message>
    <message>
        <source>switches the keyboard layout</source>
        <translation>cambia il layout della tastiera</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>Predefinito di sistema</translation>
    </message>
    <message>
        <source>System Settings &gt; Keyboard &gt; Shortcuts &gt; Add New &gt; Command: enter this command</source>
        <translation>Impostazioni di sistema &gt; Tastiera &gt; Scorciatoie &gt; Aggiungi nuova &gt; Comando: inserisci questo comando</translation>
    </message>
    <message>
        <source>takes a picture of the screen</source>
        <translation>cattura un'immagine dello schermo</translation>
    </message>
    <message>
        <source>Tap to start and stop</source>
        <translation>Premi per avviare e interrompere</translation>
    </message>
    <message>
        <source>Test of the connection</source>
        <translation>Prova della connessione</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>Prova in corso…</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Testo</translation>
    </message>
    <message>
        <source>Text it has now</source>
        <translation>Testo attuale</translation>
    </message>
    <message>
        <source>Text of the dictation</source>
        <translation>Testo della dettatura</translation>
    </message>
    <message>
        <source>Text to inserted</source>
        <translation>Dal testo all'inserimento</translation>
    </message>
    <message>
        <source>Text to show</source>
        <translation>Testo da mostrare</translation>
    </message>
    <message>
        <source>Text until {until}: {origin}</source>
        <translation>Testo precedente ({until}): {origin}</translation>
    </message>
    <message>
        <source>text {confirmed}</source>
        <translation>testo {confirmed}</translation>
    </message>
    <message>
        <source>Text: {stem}</source>
        <translation>Testo: {stem}</translation>
    </message>
    <message>
        <source>Texts of this dictation</source>
        <translation>Testi di questa dettatura</translation>
    </message>
    <message>
        <source>Texts with hits</source>
        <translation>Testi con occorrenze</translation>
    </message>
    <message>
        <source>That did not work</source>
        <translation>Non ha funzionato</translation>
    </message>
    <message>
        <source>That is silence.</source>
        <translation>Silenzio.</translation>
    </message>
    <message>
        <source>That took {took} from the end of your words to the text.</source>
        <translation>Dalla fine delle tue parole al testo sono passati {took}.</translation>
    </message>
    <message>
        <source>The access token contains characters that cannot occur in one.</source>
        <translation>Il token di accesso contiene caratteri non ammessi.</translation>
    </message>
    <message>
        <source>The access token is there.</source>
        <translation>Il token di accesso è presente.</translation>
    </message>
    <message>
        <source>The address of the proxy cannot be read.</source>
        <translation>Impossibile leggere l'indirizzo del proxy.</translation>
    </message>
    <message>
        <source>The API key contains characters that cannot occur in one.</source>
        <translation>La chiave API contiene caratteri non ammessi.</translation>
    </message>
    <message>
        <source>The clipboard could not be used, so the text was not inserted.</source>
        <translation>Impossibile usare gli appunti, perciò il testo non è stato inserito.</translation>
    </message>
    <message>
        <source>The command does not come from this user.</source>
        <translation>Il comando non proviene da questo utente.</translation>
    </message>
    <message>
        <source>The computer was asleep.</source>
        <translation>Il computer era in sospensione.</translation>
    </message>
    <message>
        <source>The computer was too busy to take all sound.</source>
        <translation>Il computer era troppo occupato per acquisire tutto l'audio.</translation>
    </message>
    <message>
        <source>The configuration of the sound system ALSA is missing or damaged.</source>
        <translation>La configurazione del sistema audio ALSA manca o è danneggiata.</translation>
    </message>
    <message>
        <source>The connection is made anew.</source>
        <translation>La connessione viene ristabilita.</translation>
    </message>
    <message>
        <source>The connection to aiOla no longer answers.</source>
        <translation>La connessione ad aiOla non risponde più.</translation>
    </message>
    <message>
        <source>The connection to the X display was lost, so the text could not be put into another program.</source>
        <translation>La connessione al display X è andata persa, perciò il testo non è stato inserito in un altro programma.</translation>
    </message>
    <message>
        <source>The connection to {host} failed ({detail}, while {doing}).</source>
        <translation>La connessione a {host} non è riuscita ({detail}, operazione: {doing}).</translation>
    </message>
    <message>
        <source>The connection to {host} was lost.</source>
        <translation>La connessione a {host} è andata persa.</translation>
    </message>
    <message>
        <source>the connection was cut</source>
        <translation>la connessione è stata interrotta</translation>
    </message>
    <message>
        <source>The delay cannot be measured: the service does not answer pings.</source>
        <translation>Impossibile misurare il ritardo: il servizio non risponde ai ping.</translation>
    </message>
    <message>
        <source>The delay is {milliseconds} ms.</source>
        <translation>Il ritardo è di {milliseconds} ms.</translation>
    </message>
    <message>
        <source>The desktop could not let Saywrite insert text into other programs.</source>
        <translation>Il desktop non ha potuto consentire a Saywrite di inserire testo in altri programmi.</translation>
    </message>
    <message>
        <source>The desktop could not set up the key.</source>
        <translation>Il desktop non ha potuto configurare il tasto.</translation>
    </message>
    <message>
        <source>The desktop does not let Saywrite insert text into other programs.</source>
        <translation>Il desktop non consente a Saywrite di inserire testo in altri programmi.</translation>
    </message>
    <message>
        <source>The desktop gave Saywrite no keyboard or no clipboard to insert text with.</source>
        <translation>Il desktop non ha dato a Saywrite una tastiera o gli appunti per inserire il testo.</translation>
    </message>
    <message>
        <source>The desktop has no key for {value} yet.</source>
        <translation>Il desktop non ha ancora un tasto per {value}.</translation>
    </message>
    <message>
        <source>The desktop no longer tells which keys are pressed.</source>
        <translation>Il desktop non comunica più quali tasti vengono premuti.</translation>
    </message>
    <message>
        <source>The desktop took the key away.</source>
        <translation>Il desktop ha revocato il tasto.</translation>
    </message>
    <message>
        <source>The desktop was not allowed to give Saywrite a key.</source>
        <translation>Il desktop non è stato autorizzato a dare un tasto a Saywrite.</translation>
    </message>
    <message>
        <source>The desktop was not allowed to let Saywrite insert text into other programs.</source>
        <translation>Il desktop non è stato autorizzato a consentire a Saywrite di inserire testo in altri programmi.</translation>
    </message>
    <message>
        <source>The desktop's portal does not answer.</source>
        <translation>Il portale del desktop non risponde.</translation>
    </message>
    <message>
        <source>The diagnostics could not be made: {error}</source>
        <translation>Impossibile creare le informazioni di diagnostica: {error}</translation>
    </message>
    <message>
        <source>The dictation goes on; the place is marked in the transcript.</source>
        <translation>La dettatura continua; il punto è segnato nella trascrizione.</translation>
    </message>
    <message>
        <source>The dictation stopped working because of an error in Saywrite. What was recorded is on disk.</source>
        <translation>La dettatura si è interrotta per un errore di Saywrite. Ciò che è stato registrato è su disco.</translation>
    </message>
    <message>
        <source>The dictation was cancelled</source>
        <translation>La dettatura è stata annullata</translation>
    </message>
    <message>
        <source>The dictation was cancelled.</source>
        <translation>La dettatura è stata annullata.</translation>
    </message>
    <message>
        <source>The dictation was ended: the longest time for a dictation was reached.</source>
        <translation>La dettatura è terminata: è stata raggiunta la durata massima per una dettatura.</translation>
    </message>
    <message>
        <source>The dictation was not transcribed again.</source>
        <translation>La dettatura non è stata trascritta di nuovo.</translation>
    </message>
    <message>
        <source>The disk has refused the recording for half an hour. What came before is kept in memory; what follows is not kept.</source>
        <translation>Il disco rifiuta la registrazione da mezz'ora. Ciò che precede è conservato in memoria; ciò che segue non viene conservato.</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>il disco è pieno</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>Il disco è pieno.</translation>
    </message>
    <message>
        <source>The disk is full: the history cannot be written.</source>
        <translation>Il disco è pieno: impossibile scrivere la cronologia.</translation>
    </message>
    <message>
        <source>The disk is not keeping up: the newest sound is only in memory yet.</source>
        <translation>Il disco non tiene il passo: l'audio più recente è ancora solo in memoria.</translation>
    </message>
    <message>
        <source>The display cannot be reached, so no key is heard.</source>
        <translation>Il display non è raggiungibile, perciò nessun tasto viene ricevuto.</translation>
    </message>
    <message>
        <source>The display has gone; no key is heard any more.</source>
        <translation>Il display non c'è più; nessun tasto viene ricevuto.</translation>
    </message>
    <message>
        <source>The download of {label} is paused at {arrived}.</source>
        <translation>Il download di {label} è in pausa a {arrived}.</translation>
    </message>
    <message>
        <source>The fewest errors; for strong computers: eight cores or more.</source>
        <translation>Il minor numero di errori; per computer potenti: otto core o più.</translation>
    </message>
    <message>
        <source>The file about new versions cannot be read.</source>
        <translation>Impossibile leggere il file sulle nuove versioni.</translation>
    </message>
    <message>
        <source>The file about new versions is not signed by Saywrite.</source>
        <translation>Il file sulle nuove versioni non è firmato da Saywrite.</translation>
    </message>
    <message>
        <source>The file about new versions is too long.</source>
        <translation>Il file sulle nuove versioni è troppo lungo.</translation>
    </message>
    <message>
        <source>The file became shorter while it was sent.</source>
        <translation>Il file si è accorciato durante l'invio.</translation>
    </message>
    <message>
        <source>The file cannot be read: {reason}.</source>
        <translation>Impossibile leggere il file: {reason}.</translation>
    </message>
    <message>
        <source>The file could not be sent to {host} ({name}).</source>
        <translation>Impossibile inviare il file a {host} ({name}).</translation>
    </message>
    <message>
        <source>The file holds no sound.</source>
        <translation>Il file non contiene audio.</translation>
    </message>
    <message>
        <source>The focus is not in the window in which you began ({program}), so the text was not inserted.</source>
        <translation>Il focus non è nella finestra in cui hai iniziato ({program}), perciò il testo non è stato inserito.</translation>
    </message>
    <message>
        <source>The folder for Saywrite's socket has too long a name.</source>
        <translation>La cartella per il socket di Saywrite ha un nome troppo lungo.</translation>
    </message>
    <message>
        <source>the folder {place} is gone</source>
        <translation>la cartella {place} non esiste più</translation>
    </message>
    <message>
        <source>The folder {place} is gone.</source>
        <translation>La cartella {place} non esiste più.</translation>
    </message>
    <message>
        <source>The hands-free mode is off</source>
        <translation>La modalità a mani libere è disattivata</translation>
    </message>
    <message>
        <source>The hands-free mode is on</source>
        <translation>La modalità a mani libere è attivata</translation>
    </message>
    <message>
        <source>The hands-free mode needs a recognition model on this computer, and there is none.</source>
        <translation>La modalità a mani libere richiede un modello di riconoscimento su questo computer, e non ce n'è nessuno.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be locked: another program uses it, or its disk knows no file locks.</source>
        <translation>Impossibile bloccare la cronologia in {path}: la usa un altro programma, o il disco non supporta il blocco dei file.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be opened for writing.</source>
        <translation>Impossibile aprire in scrittura la cronologia in {path}.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be read from or written to its disk ({error}).</source>
        <translation>Impossibile leggere o scrivere su disco la cronologia in {path} ({error}).</translation>
    </message>
    <message>
        <source>The history in {path} cannot be used ({error}).</source>
        <translation>Impossibile usare la cronologia in {path} ({error}).</translation>
    </message>
    <message>
        <source>The history in {path} is damaged and in use by another Saywrite. It was left as it is.</source>
        <translation>La cronologia in {path} è danneggiata e in uso da un altro Saywrite. È stata lasciata com'era.</translation>
    </message>
    <message>
        <source>The history in {path} is damaged. It was left as it is.</source>
        <translation>La cronologia in {path} è danneggiata. È stata lasciata com'era.</translation>
    </message>
    <message>
        <source>The history is closed.</source>
        <translation>La cronologia è chiusa.</translation>
    </message>
    <message>
        <source>The history is in use by another program.</source>
        <translation>La cronologia è in uso da un altro programma.</translation>
    </message>
    <message>
        <source>The history was damaged and is kept as {path}. None of its dictations could be read; a new history was begun.</source>
        <translation>La cronologia era danneggiata ed è conservata come {path}. Non è stato possibile leggere alcuna dettatura; è stata iniziata una nuova cronologia.</translation>
    </message>
    <message numerus="yes">
        <source>The history was damaged and is kept as {path}. {n} dictations could be read; a new history was begun with what was read.</source>
        <extracomment>Singular: The history was damaged and is kept as {path}. {n} dictation could be read; a new history was begun with what was read.</extracomment>
        <translation>
            <numerusform>La cronologia era danneggiata ed è conservata come {path}. È stato possibile leggere {n} dettatura; con i dati letti è stata iniziata una nuova cronologia.</numerusform>
            <numerusform>La cronologia era danneggiata ed è conservata come {path}. È stato possibile leggere {n} dettature; con i dati letti è stata iniziata una nuova cronologia.</numerusform>
        </translation>
    </message>
    <message>
        <source>The history was written by a newer version of Saywrite. It was left as it is.</source>
        <translation>La cronologia è stata scritta da una versione più recente di Saywrite. È stata lasciata com'era.</translation>
    </message>
    <message>
        <source>The history {path} was moved or deleted while Saywrite uses it.</source>
        <translation>La cronologia {path} è stata spostata o eliminata mentre Saywrite la usa.</translation>
    </message>
    <message>
        <source>The https address that returns an access token.</source>
        <translation>L'indirizzo https che restituisce un token di accesso.</translation>
    </message>
    <message>
        <source>The key is kept until Saywrite is closed.</source>
        <translation>La chiave è conservata fino alla chiusura di Saywrite.</translation>
    </message>
    <message>
        <source>The key was not pressed yet.</source>
        <translation>Il tasto non è ancora stato premuto.</translation>
    </message>
    <message>
        <source>The keyring did not answer as it should ({name}).</source>
        <translation>Il portachiavi non ha risposto correttamente ({name}).</translation>
    </message>
    <message>
        <source>The keyring does not answer.</source>
        <translation>Il portachiavi non risponde.</translation>
    </message>
    <message>
        <source>The keyring is locked.</source>
        <translation>Il portachiavi è bloccato.</translation>
    </message>
    <message>
        <source>The keyring is not open</source>
        <translation>Il portachiavi non è aperto</translation>
    </message>
    <message>
        <source>The keyring's question for its password was cancelled; nothing was read or saved.</source>
        <translation>La richiesta della password del portachiavi è stata annullata; non è stato letto né salvato nulla.</translation>
    </message>
    <message>
        <source>The keys to insert the text could not be sent to {program}.</source>
        <translation>Impossibile inviare a {program} i tasti per inserire il testo.</translation>
    </message>
    <message>
        <source>The keyword joins the list at the side and counts from the next words on.</source>
        <translation>La parola chiave si aggiunge all'elenco a lato e vale dalle prossime parole.</translation>
    </message>
    <message>
        <source>The keywords were changed since then: try them again.</source>
        <translation>Da allora le parole chiave sono cambiate: provale di nuovo.</translation>
    </message>
    <message>
        <source>The keywords were changed.</source>
        <translation>Le parole chiave sono cambiate.</translation>
    </message>
    <message>
        <source>The language of windows and messages.</source>
        <translation>La lingua di finestre e messaggi.</translation>
    </message>
    <message>
        <source>The language you speak.</source>
        <translation>La lingua che parli.</translation>
    </message>
    <message>
        <source>The last insertion was too long ago.</source>
        <translation>L'ultimo inserimento è troppo lontano nel tempo.</translation>
    </message>
    <message>
        <source>The last words are being written.</source>
        <translation>Scrittura delle ultime parole in corso.</translation>
    </message>
    <message>
        <source>The last {seconds:.0f} s have no text yet: {why}.</source>
        <translation>Gli ultimi {seconds:.0f} s non hanno ancora testo: {why}.</translation>
    </message>
    <message>
        <source>The library that decodes sound files (PyAV) is missing or damaged.</source>
        <translation>La libreria che decodifica i file audio (PyAV) manca o è danneggiata.</translation>
    </message>
    <message>
        <source>The log has more.</source>
        <translation>Il registro contiene altri dettagli.</translation>
    </message>
    <message>
        <source>The log never contains what you say.</source>
        <translation>Il registro non contiene mai ciò che dici.</translation>
    </message>
    <message>
        <source>The log tells more.</source>
        <translation>Il registro contiene altri dettagli.</translation>
    </message>
    <message>
        <source>The message above says why, and what helps.</source>
        <translation>Il messaggio qui sopra dice perché e come rimediare.</translation>
    </message>
    <message>
        <source>The microphone</source>
        <translation>Il microfono</translation>
    </message>
    <message>
        <source>The microphone changed to {label}.</source>
        <translation>Il microfono è cambiato: ora è {label}.</translation>
    </message>
    <message>
        <source>The microphone closes after this time, even while the key is down.</source>
        <translation>Dopo questo tempo il microfono si chiude, anche se il tasto è premuto.</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({name}).</source>
        <translation>Impossibile aprire il microfono ({name}).</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({value}).</source>
        <translation>Impossibile aprire il microfono ({value}).</translation>
    </message>
    <message>
        <source>The microphone is being opened.</source>
        <translation>Apertura del microfono in corso.</translation>
    </message>
    <message>
        <source>The microphone is being opened…</source>
        <translation>Apertura del microfono…</translation>
    </message>
    <message>
        <source>The microphone is then open from the start of Saywrite.</source>
        <translation>In tal caso il microfono è aperto fin dall'avvio di Saywrite.</translation>
    </message>
    <message>
        <source>The microphone offers no sample rate that Saywrite can use.</source>
        <translation>Il microfono non offre una frequenza di campionamento che Saywrite possa usare.</translation>
    </message>
    <message>
        <source>The microphone was closed when the computer went to sleep.</source>
        <translation>Il microfono è stato chiuso quando il computer è entrato in sospensione.</translation>
    </message>
    <message>
        <source>The microphone was closed when the screen was locked.</source>
        <translation>Il microfono è stato chiuso quando lo schermo è stato bloccato.</translation>
    </message>
    <message>
        <source>The microphone was closed: the key is no longer heard.</source>
        <translation>Il microfono è stato chiuso: il tasto non viene più ricevuto.</translation>
    </message>
    <message>
        <source>The microphone was closed: the time limit of the key was reached.</source>
        <translation>Il microfono è stato chiuso: è stata raggiunta la durata massima di una dettatura con il tasto.</translation>
    </message>
    <message>
        <source>The microphone was not found.</source>
        <translation>Il microfono non è stato trovato.</translation>
    </message>
    <message>
        <source>The microphone went away.</source>
        <translation>Il microfono non è più presente.</translation>
    </message>
    <message>
        <source>The model cannot be saved: {reason}.</source>
        <translation>Impossibile salvare il modello: {reason}.</translation>
    </message>
    <message>
        <source>The model could not be tried: {reason}</source>
        <translation>Non è stato possibile provare il modello: {reason}</translation>
    </message>
    <message>
        <source>the name is too long</source>
        <translation>il nome è troppo lungo</translation>
    </message>
    <message>
        <source>The name is too long.</source>
        <translation>Il nome è troppo lungo.</translation>
    </message>
    <message>
        <source>The next dictation starts faster while the connection is open.</source>
        <translation>La prossima dettatura inizia prima se la connessione è aperta.</translation>
    </message>
    <message>
        <source>The official source</source>
        <translation>La fonte ufficiale</translation>
    </message>
    <message>
        <source>The one on this computer needs no network and no account.</source>
        <translation>Quello su questo computer non richiede rete né account.</translation>
    </message>
    <message>
        <source>The page of Saywrite answers with {status_code}.</source>
        <translation>La pagina di Saywrite risponde con {status_code}.</translation>
    </message>
    <message>
        <source>The page of Saywrite cannot be reached.</source>
        <translation>La pagina di Saywrite non è raggiungibile.</translation>
    </message>
    <message>
        <source>the proxy cannot be used</source>
        <translation>il proxy non può essere usato</translation>
    </message>
    <message>
        <source>The proxy does not let Saywrite through to {host} ({detail}).</source>
        <translation>Il proxy non lascia passare Saywrite verso {host} ({detail}).</translation>
    </message>
    <message>
        <source>The proxy does not reach {host}.</source>
        <translation>Il proxy non raggiunge {host}.</translation>
    </message>
    <message>
        <source>The proxy is of a kind that Saywrite cannot use.</source>
        <translation>Il proxy è di un tipo che Saywrite non può usare.</translation>
    </message>
    <message>
        <source>the proxy refuses the connection</source>
        <translation>il proxy rifiuta la connessione</translation>
    </message>
    <message>
        <source>The proxy wants a user name and a password.</source>
        <translation>Il proxy richiede un nome utente e una password.</translation>
    </message>
    <message>
        <source>the quotation marks do not match.</source>
        <translation>le virgolette non corrispondono.</translation>
    </message>
    <message>
        <source>The reason is in its log.</source>
        <translation>Il motivo è nel suo registro.</translation>
    </message>
    <message>
        <source>The recognition model is not on this computer yet.</source>
        <translation>Il modello di riconoscimento non è ancora su questo computer.</translation>
    </message>
    <message>
        <source>The recognition model that runs on this computer.</source>
        <translation>Il modello di riconoscimento che funziona su questo computer.</translation>
    </message>
    <message>
        <source>The recognition model {model} is damaged: it cannot be loaded.</source>
        <translation>Il modello di riconoscimento {model} è danneggiato: impossibile caricarlo.</translation>
    </message>
    <message>
        <source>The recognizer (CTranslate2) is not installed or cannot be loaded ({error}).</source>
        <translation>Il riconoscitore (CTranslate2) non è installato o non può essere caricato ({error}).</translation>
    </message>
    <message>
        <source>The recognizer ended before the text was complete.</source>
        <translation>Il riconoscitore si è interrotto prima che il testo fosse completo.</translation>
    </message>
    <message>
        <source>The recognizer is not available.</source>
        <translation>Il riconoscitore non è disponibile.</translation>
    </message>
    <message>
        <source>The recognizer is unloaded after this time without a dictation. The next dictation loads it again.</source>
        <translation>Il riconoscitore viene scaricato dalla memoria dopo questo tempo senza dettature. La dettatura successiva lo carica di nuovo.</translation>
    </message>
    <message>
        <source>The recognizer on this computer carries on.</source>
        <translation>Subentra il riconoscitore su questo computer.</translation>
    </message>
    <message>
        <source>The recognizer on this computer could not be started.</source>
        <translation>Impossibile avviare il riconoscitore su questo computer.</translation>
    </message>
    <message>
        <source>The recognizer on this computer ended or stopped answering, three times in a row.</source>
        <translation>Il riconoscitore su questo computer si è interrotto o ha smesso di rispondere tre volte di seguito.</translation>
    </message>
    <message>
        <source>The recording cannot be read back ({reason}).</source>
        <translation>Impossibile rileggere la registrazione ({reason}).</translation>
    </message>
    <message>
        <source>the recording has reached the largest file size allowed here</source>
        <translation>la registrazione ha raggiunto la dimensione massima consentita qui per un file</translation>
    </message>
    <message>
        <source>The recording has reached the largest file size allowed here.</source>
        <translation>La registrazione ha raggiunto la dimensione massima consentita qui per un file.</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be opened ({reason}).</source>
        <translation>Impossibile aprire la registrazione in {folder} ({reason}).</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be read ({reason}).</source>
        <translation>Impossibile leggere la registrazione in {folder} ({reason}).</translation>
    </message>
    <message>
        <source>The recording is kept as it is.</source>
        <translation>La registrazione è conservata così com'è.</translation>
    </message>
    <message>
        <source>The recording is kept.</source>
        <translation>La registrazione è conservata.</translation>
    </message>
    <message>
        <source>The recording is kept: transcribe it again for the text of the service.</source>
        <translation>La registrazione è conservata: trascrivila di nuovo per avere il testo del servizio.</translation>
    </message>
    <message>
        <source>The recording is not removed.</source>
        <translation>La registrazione non è stata rimossa.</translation>
    </message>
    <message>
        <source>The recording is saved up to {length}; new sound is kept in memory.</source>
        <translation>La registrazione è salvata fino a {length}; il nuovo audio è conservato in memoria.</translation>
    </message>
    <message>
        <source>The recording itself is kept.</source>
        <translation>La registrazione stessa è conservata.</translation>
    </message>
    <message>
        <source>The recording of a dictation without its complete text stays among the unfinished ones.</source>
        <translation>La registrazione di una dettatura senza il testo completo resta tra quelle incomplete.</translation>
    </message>
    <message>
        <source>The running Saywrite does not know this command.</source>
        <translation>Il Saywrite in esecuzione non conosce questo comando.</translation>
    </message>
    <message>
        <source>The running Saywrite gave no answer that makes sense.</source>
        <translation>Il Saywrite in esecuzione non ha dato una risposta sensata.</translation>
    </message>
    <message>
        <source>The Saywrite with this data folder belongs to another user.</source>
        <translation>Il Saywrite con questa cartella dei dati appartiene a un altro utente.</translation>
    </message>
    <message>
        <source>The selected keyword is not in your last dictations.</source>
        <translation>La parola chiave selezionata non compare nelle ultime dettature.</translation>
    </message>
    <message>
        <source>the service</source>
        <translation>il servizio</translation>
    </message>
    <message>
        <source>The service's address contains more than a host and a path.</source>
        <translation>L'indirizzo del servizio contiene più di un host e un percorso.</translation>
    </message>
    <message>
        <source>The service's address is not a valid address.</source>
        <translation>L'indirizzo del servizio non è un indirizzo valido.</translation>
    </message>
    <message>
        <source>The service's address is not a web address.</source>
        <translation>L'indirizzo del servizio non è un indirizzo web.</translation>
    </message>
    <message>
        <source>The service's address is not encrypted.</source>
        <translation>L'indirizzo del servizio non è cifrato.</translation>
    </message>
    <message>
        <source>The session bus is gone, so text cannot be put into other programs.</source>
        <translation>Il bus di sessione non c'è più, perciò non si può inserire testo in altri programmi.</translation>
    </message>
    <message>
        <source>The socket cannot be made: {reason}.</source>
        <translation>Impossibile creare il socket: {reason}.</translation>
    </message>
    <message>
        <source>The sound could not be played ({name}).</source>
        <translation>Impossibile riprodurre l'audio ({name}).</translation>
    </message>
    <message>
        <source>The sound could not be played.</source>
        <translation>Impossibile riprodurre l'audio.</translation>
    </message>
    <message>
        <source>The sound is sent again.</source>
        <translation>L'audio viene inviato di nuovo.</translation>
    </message>
    <message>
        <source>The sound library cannot reach the sound server.</source>
        <translation>La libreria audio non raggiunge il server audio.</translation>
    </message>
    <message>
        <source>The sound library PortAudio is missing.</source>
        <translation>Manca la libreria audio PortAudio.</translation>
    </message>
    <message>
        <source>The sound server did not open the microphone (error {value}).</source>
        <translation>Il server audio non ha aperto il microfono (errore {value}).</translation>
    </message>
    <message>
        <source>The sound server does not answer.</source>
        <translation>Il server audio non risponde.</translation>
    </message>
    <message>
        <source>The sound system does not answer.</source>
        <translation>Il sistema audio non risponde.</translation>
    </message>
    <message>
        <source>The sound system that has the microphone.</source>
        <translation>Il sistema audio a cui appartiene il microfono.</translation>
    </message>
    <message>
        <source>the spoken form is empty.</source>
        <translation>la forma parlata è vuota.</translation>
    </message>
    <message>
        <source>the spoken form is not a text.</source>
        <translation>la forma parlata non è un testo.</translation>
    </message>
    <message>
        <source>The system does not let Saywrite use the microphone.</source>
        <translation>Il sistema non consente a Saywrite di usare il microfono.</translation>
    </message>
    <message>
        <source>The system keeps this, so its own settings show it too.</source>
        <translation>Questo è conservato dal sistema, perciò compare anche nelle sue impostazioni.</translation>
    </message>
    <message>
        <source>The system's microphone is now {label}.</source>
        <translation>Il microfono del sistema è ora {label}.</translation>
    </message>
    <message>
        <source>The test broke off; the log says why.</source>
        <translation>La prova si è interrotta; il registro dice perché.</translation>
    </message>
    <message>
        <source>The text in {program} was changed since then, or the cursor was moved, so nothing was undone.</source>
        <translation>Il testo in {program} è stato modificato nel frattempo, o il cursore è stato spostato: non è stato annullato nulla.</translation>
    </message>
    <message>
        <source>The text is in the history and can be copied from there.</source>
        <translation>Il testo è nella cronologia e può essere copiato da lì.</translation>
    </message>
    <message>
        <source>The text is on the clipboard, as you chose.</source>
        <translation>Il testo è negli appunti, come hai scelto.</translation>
    </message>
    <message>
        <source>The text is on the clipboard: paste it where you want it, or choose “Insert again”.</source>
        <translation>Il testo è negli appunti: incollalo dove vuoi o scegli «Inserisci di nuovo».</translation>
    </message>
    <message>
        <source>The text is written where your cursor is, in whatever program you use.</source>
        <translation>Il testo viene scritto dov'è il cursore, in qualsiasi programma.</translation>
    </message>
    <message>
        <source>The text was inserted into {program}.</source>
        <translation>Il testo è stato inserito in {program}.</translation>
    </message>
    <message>
        <source>The text was sent to {program}, which does not tell whether it took it.</source>
        <translation>Il testo è stato inviato a {program}, che non comunica se lo ha ricevuto.</translation>
    </message>
    <message>
        <source>The transcript shows sentences without a longer pause between them as running text.</source>
        <translation>La trascrizione mostra come testo continuo le frasi senza una pausa più lunga tra loro.</translation>
    </message>
    <message>
        <source>The transcript was cleared.</source>
        <translation>La trascrizione è stata cancellata.</translation>
    </message>
    <message>
        <source>The translation is shown beside what you said.</source>
        <translation>La traduzione appare accanto a ciò che hai detto.</translation>
    </message>
    <message>
        <source>The trial was stopped.</source>
        <translation>La prova è stata interrotta.</translation>
    </message>
    <message>
        <source>The Wayland compositor cannot be reached, so text cannot be put into other programs.</source>
        <translation>Il compositor Wayland non è raggiungibile, perciò non si può inserire testo in altri programmi.</translation>
    </message>
    <message>
        <source>The whole text at the end</source>
        <translation>Tutto il testo alla fine</translation>
    </message>
    <message>
        <source>the window in front</source>
        <translation>la finestra in primo piano</translation>
    </message>
    <message>
        <source>The window in front did not read the text.</source>
        <translation>La finestra in primo piano non ha letto il testo.</translation>
    </message>
    <message>
        <source>The window is closed, the program runs on. To quit, use this icon's menu; the settings can change it.</source>
        <translation>La finestra è chiusa, il programma continua. Per uscire usa il menu di questa icona; puoi cambiarlo nelle impostazioni.</translation>
    </message>
    <message>
        <source>The window you began in ({program}) could not be brought back, so the text was not inserted.</source>
        <translation>Impossibile riportare in primo piano la finestra in cui hai iniziato ({program}), perciò il testo non è stato inserito.</translation>
    </message>
    <message>
        <source>The workflow of your account that transcribes.</source>
        <translation>Il workflow del tuo account che trascrive.</translation>
    </message>
    <message>
        <source>the written form is empty.</source>
        <translation>la forma scritta è vuota.</translation>
    </message>
    <message>
        <source>the written form is missing.</source>
        <translation>manca la forma scritta.</translation>
    </message>
    <message>
        <source>the written form is not a text.</source>
        <translation>la forma scritta non è un testo.</translation>
    </message>
    <message>
        <source>The X display cannot be reached, so text cannot be put into other programs.</source>
        <translation>Il display X non è raggiungibile, perciò non si può inserire testo in altri programmi.</translation>
    </message>
    <message>
        <source>Then download the model again.</source>
        <translation>Poi scarica di nuovo il modello.</translation>
    </message>
    <message>
        <source>Then the dictation ends with what this computer heard, and a notice says so.</source>
        <translation>Poi la dettatura termina con ciò che questo computer ha sentito, e un avviso lo segnala.</translation>
    </message>
    <message>
        <source>There are no dictations yet to try the keywords on.</source>
        <translation>Non ci sono ancora dettature su cui provare le parole chiave.</translation>
    </message>
    <message>
        <source>There is no aiOla access token yet.</source>
        <translation>Non c'è ancora un token di accesso di aiOla.</translation>
    </message>
    <message>
        <source>There is no aiOla API key yet.</source>
        <translation>Non c'è ancora una chiave API di aiOla.</translation>
    </message>
    <message>
        <source>There is no audio output.</source>
        <translation>Non c'è un'uscita audio.</translation>
    </message>
    <message>
        <source>There is no build of the recognizer (CTranslate2) for Windows on ARM.</source>
        <translation>Non esiste una versione del riconoscitore (CTranslate2) per Windows su ARM.</translation>
    </message>
    <message>
        <source>There is no display, so text cannot be put into other programs.</source>
        <translation>Non c'è un display, perciò non si può inserire testo in altri programmi.</translation>
    </message>
    <message>
        <source>There is no file “{name}”.</source>
        <translation>Il file «{name}» non esiste.</translation>
    </message>
    <message>
        <source>There is no key called “{last}”.</source>
        <translation>Non esiste un tasto chiamato «{last}».</translation>
    </message>
    <message>
        <source>There is no language called “{code}”.</source>
        <translation>Non esiste una lingua chiamata «{code}».</translation>
    </message>
    <message>
        <source>There is no microphone called {name}.</source>
        <translation>Non c'è un microfono chiamato {name}.</translation>
    </message>
    <message>
        <source>There is no microphone.</source>
        <translation>Non c'è un microfono.</translation>
    </message>
    <message>
        <source>There is no model called {id}.</source>
        <translation>Non esiste un modello chiamato {id}.</translation>
    </message>
    <message>
        <source>There is no network route to {host}.</source>
        <translation>Non c'è un percorso di rete verso {host}.</translation>
    </message>
    <message>
        <source>There is no recorded dictation to try the model on.</source>
        <translation>Non c'è una dettatura registrata su cui provare il modello.</translation>
    </message>
    <message>
        <source>There is no session bus, so no key is heard.</source>
        <translation>Non c'è un bus di sessione, perciò nessun tasto viene ricevuto.</translation>
    </message>
    <message>
        <source>There is no session bus, so text cannot be put into other programs.</source>
        <translation>Non c'è un bus di sessione, perciò non si può inserire testo in altri programmi.</translation>
    </message>
    <message>
        <source>There is no such folder. Choose one that holds the model files, or leave the line empty.</source>
        <translation>Questa cartella non esiste. Scegline una che contenga i file dei modelli o lascia vuota la riga.</translation>
    </message>
    <message>
        <source>There is no text to export yet.</source>
        <translation>Non c'è ancora testo da esportare.</translation>
    </message>
    <message>
        <source>There is no token address yet.</source>
        <translation>Non c'è ancora un indirizzo del token.</translation>
    </message>
    <message>
        <source>There is not enough space for the model: {needed} are needed, {free} are free.</source>
        <translation>Lo spazio non basta per il modello: spazio richiesto {needed}, spazio libero {free}.</translation>
    </message>
    <message>
        <source>There is nothing to remove.</source>
        <translation>Non c'è nulla da rimuovere.</translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation>Non c'è nulla da annullare.</translation>
    </message>
    <message>
        <source>There is too little free memory for the recognition model {model}.</source>
        <translation>La memoria libera non basta per il modello di riconoscimento {model}.</translation>
    </message>
    <message>
        <source>There was no microphone.</source>
        <translation>Non c'era un microfono.</translation>
    </message>
    <message>
        <source>These keywords change nothing in your last dictations.</source>
        <translation>Queste parole chiave non cambiano nulla nelle ultime dettature.</translation>
    </message>
    <message>
        <source>These models recognize speech on this computer. What you say does not leave it.</source>
        <translation>Questi modelli riconoscono il parlato su questo computer. Ciò che dici non lo lascia.</translation>
    </message>
    <message>
        <source>These notes are in English.</source>
        <translation>Queste note sono in inglese.</translation>
    </message>
    <message>
        <source>These seconds are kept: transcribe them from the window once aiOla answers again.</source>
        <translation>Questi secondi sono conservati: trascrivili dalla finestra quando aiOla risponde di nuovo.</translation>
    </message>
    <message>
        <source>This account has no dictation left to open at the same time.</source>
        <translation>Questo account ha raggiunto il numero massimo di dettature aperte contemporaneamente.</translation>
    </message>
    <message>
        <source>This account has no permission at {host} (while {doing}).</source>
        <translation>Questo account non ha il permesso su {host} (operazione: {doing}).</translation>
    </message>
    <message>
        <source>This compositor lets no program press keys, so text cannot be put into other programs.</source>
        <translation>Questo compositor non consente ai programmi di premere tasti, perciò non si può inserire testo in altri programmi.</translation>
    </message>
    <message>
        <source>This compositor lets no program without a window use the clipboard.</source>
        <translation>Questo compositor non consente ai programmi senza finestra di usare gli appunti.</translation>
    </message>
    <message>
        <source>This computer heard this; the text of {recognizer} will replace it unless you edit it</source>
        <translation>Lo ha sentito questo computer; il testo di {recognizer} lo sostituirà se non lo modifichi</translation>
    </message>
    <message>
        <source>This computer listens along</source>
        <translation>Questo computer ascolta in parallelo</translation>
    </message>
    <message>
        <source>This computer writes at once, and its text stays</source>
        <translation>Questo computer scrive subito, e il suo testo resta</translation>
    </message>
    <message>
        <source>This computer's clock is {length} ahead.</source>
        <translation>L'orologio di questo computer è avanti di {length}.</translation>
    </message>
    <message>
        <source>This computer's clock is {length} behind.</source>
        <translation>L'orologio di questo computer è indietro di {length}.</translation>
    </message>
    <message>
        <source>This computer's processor is too old for the recognizer: it lacks instructions that CTranslate2 needs (AVX).</source>
        <translation>Il processore di questo computer è troppo vecchio per il riconoscitore: mancano istruzioni richieste da CTranslate2 (AVX).</translation>
    </message>
    <message>
        <source>This desktop hears keys itself and passes none on. Give it the key in its own settings:</source>
        <translation>Questo desktop riceve i tasti e non li passa ad altri. Assegna il tasto nelle sue impostazioni:</translation>
    </message>
    <message>
        <source>This desktop lets no other program hear a key.</source>
        <translation>Questo desktop non lascia che altri programmi ricevano i tasti.</translation>
    </message>
    <message>
        <source>This desktop passes no mouse buttons such as {chord} on to other programs.</source>
        <translation>Questo desktop non inoltra ad altri programmi pulsanti del mouse come {chord}.</translation>
    </message>
    <message>
        <source>This desktop shows no tray icon.</source>
        <translation>Questo desktop non mostra icone nell'area di notifica.</translation>
    </message>
    <message>
        <source>This dictation is in use.</source>
        <translation>Questa dettatura è in uso.</translation>
    </message>
    <message>
        <source>This dictation is not in the history.</source>
        <translation>Questa dettatura non è nella cronologia.</translation>
    </message>
    <message>
        <source>This dictation is still being recorded.</source>
        <translation>Questa dettatura è ancora in corso di registrazione.</translation>
    </message>
    <message>
        <source>This dictation or its earlier text was deleted meanwhile.</source>
        <translation>Nel frattempo questa dettatura, o il suo testo precedente, è stata eliminata.</translation>
    </message>
    <message>
        <source>This dictation was deleted meanwhile.</source>
        <translation>Nel frattempo questa dettatura è stata eliminata.</translation>
    </message>
    <message>
        <source>This is no address. Write it as https://models.example.com/whisper.</source>
        <translation>Questo non è un indirizzo. Scrivilo come https://models.example.com/whisper.</translation>
    </message>
    <message>
        <source>This is not a JSON file with keywords.</source>
        <translation>Questo non è un file JSON con parole chiave.</translation>
    </message>
    <message>
        <source>This is not a Saywrite command.</source>
        <translation>Questo non è un comando di Saywrite.</translation>
    </message>
    <message>
        <source>This is the newest version</source>
        <translation>Questa è la versione più recente</translation>
    </message>
    <message>
        <source>This keyboard has no {chord}.</source>
        <translation>Questa tastiera non ha {chord}.</translation>
    </message>
    <message>
        <source>This month: {parts}.</source>
        <translation>Questo mese: {parts}.</translation>
    </message>
    <message>
        <source>This recording is too long for a WAV file (37 hours).</source>
        <translation>Questa registrazione è troppo lunga per un file WAV (37 ore).</translation>
    </message>
    <message>
        <source>This sounds like {name}, but {chosen} is chosen.</source>
        <translation>Sembra {name}, ma la lingua scelta è {chosen}.</translation>
    </message>
    <message>
        <source>This system does not report {key} to other programs.</source>
        <translation>Questo sistema non comunica {key} ad altri programmi.</translation>
    </message>
    <message>
        <source>This system has no keyring to keep the key in.</source>
        <translation>Questo sistema non ha un portachiavi in cui conservare la chiave.</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in a terminal.</source>
        <translation>In un terminale questo testo non può essere annullato in modo sicuro.</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in this program.</source>
        <translation>In questo programma questo testo non può essere annullato in modo sicuro.</translation>
    </message>
    <message>
        <source>This text was changed elsewhere meanwhile, so your changes were not saved. They are still here.</source>
        <translation>Nel frattempo questo testo è stato modificato altrove, quindi le tue modifiche non sono state salvate. Sono ancora qui.</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Tempi</translation>
    </message>
    <message>
        <source>To permit it, turn off “{switch}” in Settings &gt; Files and privacy.</source>
        <translation>Per consentirlo, disattiva «{switch}» in Impostazioni &gt; File e privacy.</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Oggi</translation>
    </message>
    <message>
        <source>Token address</source>
        <translation>Indirizzo del token</translation>
    </message>
    <message>
        <source>Token address of your company</source>
        <translation>Indirizzo del token della tua azienda</translation>
    </message>
    <message>
        <source>Too loud: the sound is distorted.</source>
        <translation>Troppo forte: l'audio è distorto.</translation>
    </message>
    <message>
        <source>took {time}</source>
        <translation>durata {time}</translation>
    </message>
    <message>
        <source>Transcribe</source>
        <translation>Trascrivi</translation>
    </message>
    <message>
        <source>Transcribe a file</source>
        <translation>Trascrivi un file</translation>
    </message>
    <message>
        <source>Transcribe a file…</source>
        <translation>Trascrivi un file…</translation>
    </message>
    <message>
        <source>Transcribe a folder</source>
        <translation>Trascrivi una cartella</translation>
    </message>
    <message>
        <source>Transcribe the file again later.</source>
        <translation>Trascrivi di nuovo il file più tardi.</translation>
    </message>
    <message>
        <source>Transcribed files</source>
        <translation>File trascritti</translation>
    </message>
    <message>
        <source>Transcribed {file}{rest}</source>
        <translation>Trascritto {file}{rest}</translation>
    </message>
    <message>
        <source>transcribes an audio file; you can also drop one here</source>
        <translation>trascrive un file audio; puoi anche trascinarlo qui</translation>
    </message>
    <message>
        <source>Transcribing again: {recognizer}, {language}</source>
        <translation>Nuova trascrizione: {recognizer}, {language}</translation>
    </message>
    <message>
        <source>Transcribing {name}, press to cancel</source>
        <translation>Trascrizione di {name}, premi per annullare</translation>
    </message>
    <message>
        <source>Transcribing… Cancel</source>
        <translation>Trascrizione… Annulla</translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation>Trascrizione</translation>
    </message>
    <message>
        <source>Translate into</source>
        <translation>Traduci in</translation>
    </message>
    <message>
        <source>Translation</source>
        <translation>Traduzione</translation>
    </message>
    <message>
        <source>Try &amp;keywords…</source>
        <translation>&amp;Prova le parole chiave…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Riprova</translation>
    </message>
    <message>
        <source>Try again and enter the password.</source>
        <translation>Riprova e inserisci la password.</translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation>Riprova tra un momento.</translation>
    </message>
    <message>
        <source>Try again in a moment; if that does not help, end process {pid} and start Saywrite again.</source>
        <translation>Riprova tra un momento; se non basta, termina il processo {pid} e avvia di nuovo Saywrite.</translation>
    </message>
    <message>
        <source>Try again later, or look at the page of Saywrite.</source>
        <translation>Riprova più tardi o guarda la pagina di Saywrite.</translation>
    </message>
    <message>
        <source>Try again; the log has the details.</source>
        <translation>Riprova; il registro contiene i dettagli.</translation>
    </message>
    <message>
        <source>Try it here</source>
        <translation>Provalo qui</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations</source>
        <translation>Prova le parole chiave sulle ultime dettature</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations…</source>
        <translation>Prova le parole chiave sulle ultime dettature…</translation>
    </message>
    <message>
        <source>Try on my last dictation</source>
        <translation>Prova sull'ultima dettatura</translation>
    </message>
    <message>
        <source>Typing (slower, does not use the clipboard)</source>
        <translation>Digitazione (più lenta, non usa gli appunti)</translation>
    </message>
    <message>
        <source>unavailable</source>
        <translation>non disponibile</translation>
    </message>
    <message>
        <source>Unchanged:</source>
        <translation>Invariato:</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Annulla</translation>
    </message>
    <message>
        <source>Undo it in the program itself, or select it there and delete it.</source>
        <translation>Annulla l'inserimento nel programma stesso, oppure seleziona lì il testo ed eliminalo.</translation>
    </message>
    <message>
        <source>Undo the &amp;cancellation</source>
        <translation>&amp;Ripristina la dettatura annullata</translation>
    </message>
    <message>
        <source>Undo the last &amp;insertion</source>
        <translation>Annulla l'&amp;ultimo inserimento</translation>
    </message>
    <message>
        <source>undoes</source>
        <translation>annulla</translation>
    </message>
    <message>
        <source>Undone in {program}</source>
        <translation>Annullato in {program}</translation>
    </message>
    <message>
        <source>Unlock it with its password, then try again.</source>
        <translation>Sbloccalo con la sua password, poi riprova.</translation>
    </message>
    <message>
        <source>Unlock the login keychain in Keychain Access.</source>
        <translation>Sblocca il portachiavi «login» in Accesso Portachiavi.</translation>
    </message>
    <message>
        <source>Unmute it in the sound settings or with its mute key.</source>
        <translation>Riattivalo nelle impostazioni audio o con il tasto di disattivazione.</translation>
    </message>
    <message>
        <source>Unplug the microphone and plug it in again, or restart.</source>
        <translation>Scollega e ricollega il microfono, o riavvia.</translation>
    </message>
    <message>
        <source>Until the text is there</source>
        <translation>Fino a quando il testo è pronto</translation>
    </message>
    <message>
        <source>Until you delete them</source>
        <translation>Finché non le elimini</translation>
    </message>
    <message>
        <source>Up to 10 s</source>
        <translation>Fino a 10 s</translation>
    </message>
    <message>
        <source>Update Saywrite, or start with --data and another folder.</source>
        <translation>Aggiorna Saywrite, o avvia con --data e un'altra cartella.</translation>
    </message>
    <message>
        <source>Use --data.</source>
        <translation>Usa --data.</translation>
    </message>
    <message>
        <source>Use an HTTP proxy.</source>
        <translation>Usa un proxy HTTP.</translation>
    </message>
    <message>
        <source>Use Ctrl, Alt, Shift or Super.</source>
        <translation>Usa Ctrl, Alt, Shift o Super.</translation>
    </message>
    <message>
        <source>Use headphones: a microphone near a loudspeaker hears the sound.</source>
        <translation>Usa le cuffie: un microfono vicino a un altoparlante ne sente il suono.</translation>
    </message>
    <message>
        <source>Use of the key</source>
        <translation>Uso del tasto</translation>
    </message>
    <message>
        <source>Use Settings &gt; Apps &gt; Startup instead.</source>
        <translation>Usa invece Impostazioni &gt; App &gt; Avvio.</translation>
    </message>
    <message>
        <source>Use t&amp;his text</source>
        <translation>&amp;Usa questo testo</translation>
    </message>
    <message>
        <source>Use the same version of Saywrite for both.</source>
        <translation>Usa la stessa versione di Saywrite per entrambi.</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Usa questo modello</translation>
    </message>
    <message>
        <source>Use {label}</source>
        <translation>Usa {label}</translation>
    </message>
    <message>
        <source>Utterance {index} of {total}, {start} to {end}. Enter plays it.</source>
        <translation>Enunciato {index} di {total}, da {start} a {end}. Invio lo riproduce.</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Verifica</translation>
    </message>
    <message>
        <source>Very quiet.</source>
        <translation>Molto debole.</translation>
    </message>
    <message>
        <source>video encoders that PyAV's wheels carry as separate libraries; Saywrite does not use them</source>
        <translation>codificatori video che i pacchetti wheel di PyAV contengono come librerie separate; Saywrite non li usa</translation>
    </message>
    <message>
        <source>voice start stop listening accessibility</source>
        <translation>mani libere voce controllo vocale avviare fermare ascoltare accessibilità</translation>
    </message>
    <message>
        <source>Volume of the sounds</source>
        <translation>Volume dei suoni</translation>
    </message>
    <message>
        <source>Wait at the end for</source>
        <translation>Attendi alla fine per</translation>
    </message>
    <message>
        <source>Wait: aiOla's text replaces what this computer hears meanwhile</source>
        <translation>Attendi: il testo di aiOla sostituisce ciò che questo computer sente nel frattempo</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>In attesa</translation>
    </message>
    <message>
        <source>waiting for a phrase</source>
        <translation>in attesa di una frase</translation>
    </message>
    <message>
        <source>Waiting, continues at {confirmed}</source>
        <translation>In attesa, continua a {confirmed}</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>avviso</translation>
    </message>
    <message>
        <source>WAV audio (*.wav)</source>
        <translation>Audio WAV (*.wav)</translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation>Forma d'onda</translation>
    </message>
    <message>
        <source>Waveform of the recording</source>
        <translation>Forma d'onda della registrazione</translation>
    </message>
    <message>
        <source>WebVTT subtitles</source>
        <translation>Sottotitoli WebVTT</translation>
    </message>
    <message>
        <source>Welcome to Saywrite</source>
        <translation>Ti diamo il benvenuto in Saywrite</translation>
    </message>
    <message>
        <source>What answers as {host} has a certificate for another name.</source>
        <translation>Chi risponde come {host} ha un certificato per un altro nome.</translation>
    </message>
    <message>
        <source>What has arrived is kept: {size}.</source>
        <translation>Ciò che è arrivato viene conservato: {size}.</translation>
    </message>
    <message>
        <source>What is in it now will be gone.</source>
        <translation>Il contenuto attuale andrà perso.</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>Novità</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>Il contenuto degli appunti arriva troppo lentamente dal suo programma e non ha potuto essere salvato, perciò è stato lasciato intatto e il testo è stato digitato in {program}.</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so the text was not inserted.</source>
        <translation>Il contenuto degli appunti arriva troppo lentamente dal suo programma e non ha potuto essere salvato, perciò il testo non è stato inserito.</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>Il contenuto degli appunti supera i 64 MB e non ha potuto essere salvato, perciò è stato lasciato intatto e il testo è stato digitato in {program}.</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so the text was not inserted.</source>
        <translation>Il contenuto degli appunti supera i 64 MB e non ha potuto essere salvato, perciò il testo non è stato inserito.</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>Azione</translation>
    </message>
    <message>
        <source>What it hears before a key is kept in memory for a moment, then forgotten.</source>
        <translation>Ciò che sente prima che tu prema un tasto resta in memoria per un momento, poi viene dimenticato.</translation>
    </message>
    <message>
        <source>What Saywrite hears</source>
        <translation>Ciò che Saywrite sente</translation>
    </message>
    <message>
        <source>What was inserted is unchanged.</source>
        <translation>Ciò che è stato inserito è invariato.</translation>
    </message>
    <message>
        <source>What you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>Ciò che correggi in un testo viene memorizzato su questo computer finché la dettatura è nella cronologia.</translation>
    </message>
    <message>
        <source>What you dictated stays in the history.</source>
        <translation>Ciò che hai dettato resta nella cronologia.</translation>
    </message>
    <message>
        <source>What you said is kept. Press the key to go on.</source>
        <translation>Ciò che hai detto è conservato. Premi il tasto per continuare.</translation>
    </message>
    <message>
        <source>What you said is kept. Say the phrase again to go on.</source>
        <translation>Ciò che hai detto è conservato. Di' di nuovo la frase per continuare.</translation>
    </message>
    <message>
        <source>What you said is kept. Saywrite waits for the phrase again when the screen is unlocked.</source>
        <translation>Ciò che hai detto è conservato. Saywrite attende di nuovo la frase quando lo schermo viene sbloccato.</translation>
    </message>
    <message>
        <source>What you say shortly before the key press is written, too. The microphone then stays open between dictations; older sound is forgotten at once.</source>
        <translation>Viene scritto anche ciò che dici poco prima di premere il tasto. Il microfono resta allora aperto tra le dettature; l'audio più vecchio viene dimenticato subito.</translation>
    </message>
    <message>
        <source>What's new</source>
        <translation>Novità</translation>
    </message>
    <message>
        <source>When aiOla cannot be reached</source>
        <translation>Quando aiOla non è raggiungibile</translation>
    </message>
    <message>
        <source>When each paragraph begins. Ctrl+Enter in the text plays the sentence at the cursor.</source>
        <translation>Quando inizia ogni paragrafo. Ctrl+Invio nel testo riproduce la frase al cursore.</translation>
    </message>
    <message>
        <source>When each paragraph begins. Enter in the text plays from the word at the cursor.</source>
        <translation>Quando inizia ogni paragrafo. Invio nel testo riproduce dalla parola sotto il cursore.</translation>
    </message>
    <message>
        <source>When I &amp;hear</source>
        <translation>Quando s&amp;ento</translation>
    </message>
    <message>
        <source>When I say</source>
        <translation>Quando dico</translation>
    </message>
    <message>
        <source>When the recognizer sets no punctuation</source>
        <translation>Quando il riconoscitore non mette la punteggiatura</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Dove</translation>
    </message>
    <message>
        <source>Where &amp;my speech went…</source>
        <translation>Dove è &amp;andata la mia voce…</translation>
    </message>
    <message>
        <source>Where my speech went – Saywrite</source>
        <translation>Dove è andata la mia voce – Saywrite</translation>
    </message>
    <message>
        <source>Where my speech went, by month</source>
        <translation>Dove è andata la mia voce, per mese</translation>
    </message>
    <message>
        <source>Which texts are shown</source>
        <translation>Quali testi vengono mostrati</translation>
    </message>
    <message>
        <source>While you dictate, use headphones: a microphone near a loudspeaker hears what is read.</source>
        <translation>Durante la dettatura usa le cuffie: un microfono vicino a un altoparlante sente ciò che viene letto.</translation>
    </message>
    <message>
        <source>whisper engine</source>
        <translation>whisper motore riconoscimento vocale</translation>
    </message>
    <message>
        <source>Who writes</source>
        <translation>Chi scrive</translation>
    </message>
    <message>
        <source>Who writes what you say?</source>
        <translation>Chi scrive ciò che dici?</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Finestra</translation>
    </message>
    <message>
        <source>Windows does not report {chord} to other programs.</source>
        <translation>Windows non comunica {chord} ad altri programmi.</translation>
    </message>
    <message>
        <source>Windows refused it ({reason}).</source>
        <translation>Windows ha rifiutato ({reason}).</translation>
    </message>
    <message>
        <source>Windows reports no key to Saywrite any more.</source>
        <translation>Windows non comunica più nessun tasto a Saywrite.</translation>
    </message>
    <message>
        <source>With a higher value, only clear speech is written.</source>
        <translation>Con un valore più alto viene scritto solo il parlato chiaro.</translation>
    </message>
    <message>
        <source>With less motion, the overlay's level moves rarely.</source>
        <translation>Con il movimento ridotto, il livello del pannello in sovrimpressione si muove di rado.</translation>
    </message>
    <message>
        <source>Without text yet</source>
        <translation>Ancora senza testo</translation>
    </message>
    <message>
        <source>Without {name} all texts would have the same name.</source>
        <translation>Senza {name} tutti i testi avrebbero lo stesso nome.</translation>
    </message>
    <message>
        <source>Words as they come</source>
        <translation>Parole man mano che arrivano</translation>
    </message>
    <message>
        <source>Words it should know</source>
        <translation>Parole da conoscere</translation>
    </message>
    <message>
        <source>words vocabulary dictionary lab learn correct</source>
        <translation>parole vocabolario dizionario laboratorio imparare correggere correzione</translation>
    </message>
    <message>
        <source>Workflow</source>
        <translation>Workflow</translation>
    </message>
    <message>
        <source>Works without a network. What you say does not leave this computer.</source>
        <translation>Funziona senza rete. Ciò che dici non lascia questo computer.</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>Scrivi</translation>
    </message>
    <message>
        <source>Write a space instead</source>
        <translation>Scrivi uno spazio al loro posto</translation>
    </message>
    <message>
        <source>Write each modifier once.</source>
        <translation>Scrivi ogni modificatore una sola volta.</translation>
    </message>
    <message>
        <source>Write it like Ctrl+Alt+Space, F9 or Right Ctrl.</source>
        <translation>Scrivilo come Ctrl+Alt+Space, F9 o Right Ctrl.</translation>
    </message>
    <message>
        <source>Write the whole path of the folder, or an address that begins with https://.</source>
        <translation>Scrivi il percorso completo della cartella o un indirizzo che inizia con https://.</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>Scrittura…</translation>
    </message>
    <message>
        <source>written</source>
        <translation>forma scritta</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Ieri</translation>
    </message>
    <message>
        <source>You can already speak: your words are recorded, and written as soon as the model is here.</source>
        <translation>Puoi già parlare: le tue parole vengono registrate, e scritte appena il modello è disponibile.</translation>
    </message>
    <message>
        <source>You can change this at any time.</source>
        <translation>Puoi cambiarlo in qualsiasi momento.</translation>
    </message>
    <message>
        <source>You can listen again to a recording that is kept. It stays on this computer.</source>
        <translation>Una registrazione conservata si può riascoltare. Resta su questo computer.</translation>
    </message>
    <message>
        <source>You changed keywords and did not apply the changes.</source>
        <translation>Hai modificato delle parole chiave senza applicare le modifiche.</translation>
    </message>
    <message>
        <source>You changed the text and did not save it.</source>
        <translation>Hai modificato il testo senza salvarlo.</translation>
    </message>
    <message>
        <source>You corrected these words in your texts.</source>
        <translation>Hai corretto queste parole nei tuoi testi.</translation>
    </message>
    <message numerus="yes">
        <source>You stopped before {n} recordings: their texts were used.</source>
        <extracomment>Singular: You stopped before {n} recording: its text was used.</extracomment>
        <translation>
            <numerusform>Hai interrotto prima di riconoscere {n} registrazione: è stato usato il suo testo.</numerusform>
            <numerusform>Hai interrotto prima di riconoscere {n} registrazioni: sono stati usati i loro testi.</numerusform>
        </translation>
    </message>
    <message>
        <source>You went to another window before the text was there.</source>
        <translation>Hai cambiato finestra prima che il testo fosse pronto.</translation>
    </message>
    <message>
        <source>Your words appear here as you say them. Press Stop when you are done.</source>
        <translation>Le tue parole appaiono qui mentre le dici. Quando hai finito, premi Interrompi.</translation>
    </message>
    <message>
        <source>Your words are recorded. They are written as soon as the model is here.</source>
        <translation>Le tue parole vengono registrate. Saranno scritte appena il modello è disponibile.</translation>
    </message>
    <message>
        <source>Your words are written as soon as the model is here.</source>
        <translation>Le tue parole vengono scritte appena il modello è disponibile.</translation>
    </message>
    <message>
        <source>{added:,} added</source>
        <translation>aggiunte: {added:,}</translation>
    </message>
    <message>
        <source>{cells} columns instead of 2; put quotation marks around text with a comma.</source>
        <translation>{cells} colonne invece di 2; metti tra virgolette il testo che contiene una virgola.</translation>
    </message>
    <message>
        <source>{changed:,} changed</source>
        <translation>modificate: {changed:,}</translation>
    </message>
    <message>
        <source>{chord} is already your other key.</source>
        <translation>{chord} è già l'altro tuo tasto.</translation>
    </message>
    <message>
        <source>{chord} is needed for writing: add Ctrl, Alt or Super.</source>
        <translation>{chord} serve per scrivere: aggiungi Ctrl, Alt o Super.</translation>
    </message>
    <message>
        <source>{chord} usually {purpose}.</source>
        <translation>{chord} di solito {purpose}.</translation>
    </message>
    <message>
        <source>{column}, keyword {row}</source>
        <translation>{column}, parola chiave {row}</translation>
    </message>
    <message>
        <source>{confirmed} of {length}</source>
        <translation>{confirmed} di {length}</translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}</source>
        <translation>{day:%A} {number} {day:%B}</translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}, {year}</source>
        <translation>{day:%A} {number} {day:%B} {year}</translation>
    </message>
    <message>
        <source>{device} (not connected)</source>
        <translation>{device} (non connesso)</translation>
    </message>
    <message>
        <source>{device} is open all the time, as you chose.</source>
        <translation>{device} è sempre aperto, come hai scelto.</translation>
    </message>
    <message>
        <source>{dictations} exported to {name}</source>
        <translation>Esportazione in {name} completata: {dictations}</translation>
    </message>
    <message>
        <source>{dictations}, {length} in all</source>
        <translation>{dictations}, {length} in tutto</translation>
    </message>
    <message numerus="yes">
        <source>{done} of {n:,} files done</source>
        <extracomment>Singular: {done} of {n:,} file done</extracomment>
        <translation>
            <numerusform>{done} di {n:,} file completato</numerusform>
            <numerusform>{done} di {n:,} file completati</numerusform>
        </translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} di {total}</translation>
    </message>
    <message>
        <source>{download_bytes} to download · {disk_bytes} on disk · {memory_bytes} of memory · {license} license</source>
        <translation>{download_bytes} da scaricare · {disk_bytes} su disco · {memory_bytes} di memoria · licenza {license}</translation>
    </message>
    <message>
        <source>{file} cannot be read: {error}</source>
        <translation>impossibile leggere {file}: {error}</translation>
    </message>
    <message>
        <source>{file} was written by a newer version of Saywrite; what this one knows is used.</source>
        <translation>{file} è stato scritto da una versione più recente di Saywrite; viene usato ciò che questa conosce.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Its default is used: {shown}.</source>
        <translation>{file}: {name} {problem}. Viene usato il valore predefinito: {shown}.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Nothing leaves this computer until it is corrected.</source>
        <translation>{file}: {name} {problem}. Nulla lascia questo computer finché non viene corretto.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Recordings are kept until it is corrected.</source>
        <translation>{file}: {name} {problem}. Le registrazioni vengono conservate finché non viene corretto.</translation>
    </message>
    <message>
        <source>{folder} belongs to another user; commands from other programs are not taken.</source>
        <translation>{folder} appartiene a un altro utente; i comandi di altri programmi non vengono accettati.</translation>
    </message>
    <message>
        <source>{folder} is a link; commands from other programs are not taken.</source>
        <translation>{folder} è un collegamento; i comandi di altri programmi non vengono accettati.</translation>
    </message>
    <message>
        <source>{folder} is no folder; commands from other programs are not taken.</source>
        <translation>{folder} non è una cartella; i comandi di altri programmi non vengono accettati.</translation>
    </message>
    <message>
        <source>{folder} is open to other users ({mode:03o}); commands from other programs are not taken.</source>
        <translation>{folder} è accessibile ad altri utenti ({mode:03o}); i comandi di altri programmi non vengono accettati.</translation>
    </message>
    <message>
        <source>{format} ({suffix})</source>
        <translation>{format} ({suffix})</translation>
    </message>
    <message>
        <source>{found:,} found</source>
        <translation>Trovati: {found:,}</translation>
    </message>
    <message>
        <source>{freed} of disk space become free. It can be downloaded again at any time.</source>
        <translation>Si liberano {freed} di spazio su disco. Si può scaricare di nuovo in qualsiasi momento.</translation>
    </message>
    <message>
        <source>{go_on} See the settings.</source>
        <translation>{go_on} Vedi le impostazioni.</translation>
    </message>
    <message>
        <source>{host} cannot prove who it is: this computer does not trust its certificate.</source>
        <translation>{host} non può dimostrare la sua identità: questo computer non considera attendibile il suo certificato.</translation>
    </message>
    <message>
        <source>{host} closed the connection ({code}).</source>
        <translation>{host} ha chiuso la connessione ({code}).</translation>
    </message>
    <message>
        <source>{host} closed the connection.</source>
        <translation>{host} ha chiuso la connessione.</translation>
    </message>
    <message>
        <source>{host} closed the session.</source>
        <translation>{host} ha chiuso la sessione.</translation>
    </message>
    <message>
        <source>{host} does not accept the API key.</source>
        <translation>{host} non accetta la chiave API.</translation>
    </message>
    <message>
        <source>{host} does not accept the request ({detail}).</source>
        <translation>{host} non accetta la richiesta ({detail}).</translation>
    </message>
    <message>
        <source>{host} does not answer.</source>
        <translation>{host} non risponde.</translation>
    </message>
    <message>
        <source>{host} does not know this workflow.</source>
        <translation>{host} non conosce questo workflow.</translation>
    </message>
    <message>
        <source>{host} does not take this sound: its format or its length.</source>
        <translation>{host} non accetta questo audio per il formato o la durata.</translation>
    </message>
    <message>
        <source>{host} ended the connection.</source>
        <translation>{host} ha terminato la connessione.</translation>
    </message>
    <message>
        <source>{host} gave an answer that makes no sense (while {doing}).</source>
        <translation>{host} ha dato una risposta incomprensibile (operazione: {doing}).</translation>
    </message>
    <message>
        <source>{host} gives out an access token that has expired.</source>
        <translation>{host} rilascia un token di accesso già scaduto.</translation>
    </message>
    <message>
        <source>{host} gives this computer no access token.</source>
        <translation>{host} non fornisce a questo computer un token di accesso.</translation>
    </message>
    <message>
        <source>{host} has a problem of its own ({detail}, while {doing}).</source>
        <translation>{host} ha un problema interno ({detail}, operazione: {doing}).</translation>
    </message>
    <message>
        <source>{host} has had too many requests from this account.</source>
        <translation>{host} ha ricevuto troppe richieste da questo account.</translation>
    </message>
    <message>
        <source>{host} has no aiOla service at this address.</source>
        <translation>{host} non ha un servizio aiOla a questo indirizzo.</translation>
    </message>
    <message>
        <source>{host} is not found.</source>
        <translation>{host} non è stato trovato.</translation>
    </message>
    <message>
        <source>{host} no longer accepts the access token.</source>
        <translation>{host} non accetta più il token di accesso.</translation>
    </message>
    <message>
        <source>{host} reports an error ({detail}, while {doing}).</source>
        <translation>{host} segnala un errore ({detail}, operazione: {doing}).</translation>
    </message>
    <message>
        <source>{host} sends a text that is far too long.</source>
        <translation>{host} invia un testo troppo lungo.</translation>
    </message>
    <message>
        <source>{host} sends far more than belongs to this sound.</source>
        <translation>{host} invia molto più di quanto corrisponda a questo audio.</translation>
    </message>
    <message>
        <source>{host} takes no connection.</source>
        <translation>{host} non accetta connessioni.</translation>
    </message>
    <message>
        <source>{host} was not contacted, because nothing may leave this computer.</source>
        <translation>{host} non è stato contattato, perché nulla può lasciare questo computer.</translation>
    </message>
    <message>
        <source>{host}, or a gateway on the way to it, accepts no WebSocket ({detail}).</source>
        <translation>{host}, o un gateway lungo il percorso, non accetta WebSocket ({detail}).</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours} h</translation>
    </message>
    <message>
        <source>{hours} h left</source>
        <translation>{hours} h rimanenti</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} h {minutes} min</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min left</source>
        <translation>{hours} h {minutes} min rimanenti</translation>
    </message>
    <message>
        <source>{keywords} exported to {name}.</source>
        <translation>Esportazione in {name} completata: {keywords}.</translation>
    </message>
    <message>
        <source>{key} can only be used alone, not with other keys.</source>
        <translation>Il tasto {key} si può usare soltanto da solo, non con altri tasti.</translation>
    </message>
    <message>
        <source>{key} no longer works in combinations with other keys.</source>
        <translation>{key} non funziona più nelle combinazioni con altri tasti.</translation>
    </message>
    <message>
        <source>{key} This is how it works in every program.</source>
        <translation>{key} Funziona così in ogni programma.</translation>
    </message>
    <message>
        <source>{label} (default)</source>
        <translation>{label} (predefinito)</translation>
    </message>
    <message>
        <source>{label} ({size}) was not downloaded: the connection is metered.</source>
        <translation>{label} ({size}) non è stato scaricato: la connessione è a consumo.</translation>
    </message>
    <message>
        <source>{label} account…</source>
        <translation>Account {label}…</translation>
    </message>
    <message>
        <source>{label} cannot be converted: {error}.</source>
        <translation>Impossibile convertire {label}: {error}.</translation>
    </message>
    <message>
        <source>{label} cannot be downloaded: its files are not verified.</source>
        <translation>Impossibile scaricare {label}: i suoi file non sono verificati.</translation>
    </message>
    <message>
        <source>{label} cannot be read: {reason}.</source>
        <translation>Impossibile leggere {label}: {reason}.</translation>
    </message>
    <message>
        <source>{label} cannot be removed: {reason}.</source>
        <translation>Impossibile rimuovere {label}: {reason}.</translation>
    </message>
    <message>
        <source>{label} could not be downloaded ({reasons}).</source>
        <translation>Non è stato possibile scaricare {label} ({reasons}).</translation>
    </message>
    <message>
        <source>{label} delivered no sound.</source>
        <translation>{label} non ha fornito audio.</translation>
    </message>
    <message>
        <source>{label} delivers no sound.</source>
        <translation>{label} non fornisce audio.</translation>
    </message>
    <message>
        <source>{label} delivers nothing but silence.</source>
        <translation>{label} fornisce solo silenzio.</translation>
    </message>
    <message>
        <source>{label} does not know {name}.</source>
        <translation>{label} non supporta la lingua {name}.</translation>
    </message>
    <message>
        <source>{label} is back.</source>
        <translation>{label} è di nuovo disponibile.</translation>
    </message>
    <message>
        <source>{label} is being downloaded by another Saywrite.</source>
        <translation>Un altro Saywrite sta scaricando {label}.</translation>
    </message>
    <message>
        <source>{label} is being downloaded: {arrived}</source>
        <translation>Download di {label} in corso: {arrived}</translation>
    </message>
    <message>
        <source>{label} is being prepared for this computer.</source>
        <translation>{label} è in preparazione per questo computer.</translation>
    </message>
    <message>
        <source>{label} is damaged: its files are incomplete or were changed.</source>
        <translation>{label} è danneggiato: i file sono incompleti o sono stati modificati.</translation>
    </message>
    <message>
        <source>{label} is damaged: {files}. It is no longer used.</source>
        <translation>{label} è danneggiato: {files}. Non viene più usato.</translation>
    </message>
    <message>
        <source>{label} is muted.</source>
        <translation>L'audio di {label} è disattivato.</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other} until it is.</source>
        <translation>{label} non è connesso. Viene usato {other} finché non lo è di nuovo.</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other}.</source>
        <translation>{label} non è connesso. Viene usato {other}.</translation>
    </message>
    <message>
        <source>{label} is not on this computer yet.</source>
        <translation>{label} non è ancora su questo computer.</translation>
    </message>
    <message>
        <source>{label} is not on this computer.</source>
        <translation>{label} non è su questo computer.</translation>
    </message>
    <message>
        <source>{label} is part of the installation and stays.</source>
        <translation>{label} fa parte dell'installazione e resta.</translation>
    </message>
    <message>
        <source>{label} is very quiet.</source>
        <translation>L'audio di {label} è molto debole.</translation>
    </message>
    <message>
        <source>{label} was damaged while it was converted.</source>
        <translation>{label} si è danneggiato durante la conversione.</translation>
    </message>
    <message>
        <source>{label} was not available.</source>
        <translation>{label} non era disponibile.</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other} until it is back.</source>
        <translation>{label} è stato scollegato. Viene usato {other} finché non torna.</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other}.</source>
        <translation>{label} è stato scollegato. Viene usato {other}.</translation>
    </message>
    <message>
        <source>{label} went away.</source>
        <translation>{label} non è più presente.</translation>
    </message>
    <message>
        <source>{label}: choose a folder</source>
        <translation>{label}: scegli una cartella</translation>
    </message>
    <message>
        <source>{length} at {at}: {cause}</source>
        <translation>{length} a {at}: {cause}</translation>
    </message>
    <message>
        <source>{length} of sound is missing {where}: {cause}</source>
        <translation>Mancano {length} di audio {where}: {cause}</translation>
    </message>
    <message>
        <source>{length} of sound missing</source>
        <translation>Mancano {length} di audio</translation>
    </message>
    <message>
        <source>{length} of sound missing: {cause}</source>
        <translation>Mancano {length} di audio: {cause}</translation>
    </message>
    <message>
        <source>{length} of speech stayed on this computer</source>
        <translation>{length} di parlato su questo computer</translation>
    </message>
    <message numerus="yes">
        <source>{length} recorded, {n:,} utterances.</source>
        <extracomment>Singular: {length} recorded, {n:,} utterance.</extracomment>
        <translation>
            <numerusform>{length} di registrazione, {n:,} enunciato.</numerusform>
            <numerusform>{length} di registrazione, {n:,} enunciati.</numerusform>
        </translation>
    </message>
    <message>
        <source>{length} went to {host} ({bytes})</source>
        <translation>{length} a {host} ({bytes})</translation>
    </message>
    <message>
        <source>{megabytes:,.0f} MB</source>
        <translation>{megabytes:,.0f} MB</translation>
    </message>
    <message>
        <source>{method} knows only the options engine, language and activation-token, as text.</source>
        <translation>{method} accetta solo le opzioni engine, language e activation-token, come testo.</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} min</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>{minutes} min rimanenti</translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation>{minutes} min {seconds} s</translation>
    </message>
    <message>
        <source>{missing}, at {at}.</source>
        <translation>{missing}, a {at}.</translation>
    </message>
    <message>
        <source>{model} on this computer</source>
        <translation>{model} su questo computer</translation>
    </message>
    <message>
        <source>{model} on your last dictation</source>
        <translation>{model} sull'ultima dettatura</translation>
    </message>
    <message>
        <source>{model} · on this computer</source>
        <translation>{model} · su questo computer</translation>
    </message>
    <message>
        <source>{month:%B} {year}</source>
        <translation>{month:%B} {year}</translation>
    </message>
    <message numerus="yes">
        <source>{n:,} bytes</source>
        <extracomment>Singular: {n:,} byte</extracomment>
        <translation>
            <numerusform>{n:,} byte</numerusform>
            <numerusform>{n:,} byte</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations</source>
        <extracomment>Singular: {n:,} dictation</extracomment>
        <translation>
            <numerusform>{n:,} dettatura</numerusform>
            <numerusform>{n:,} dettature</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations deleted.</source>
        <extracomment>Singular: {n:,} dictation deleted.</extracomment>
        <translation>
            <numerusform>{n:,} dettatura eliminata.</numerusform>
            <numerusform>{n:,} dettature eliminate.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords</source>
        <extracomment>Singular: {n:,} keyword</extracomment>
        <translation>
            <numerusform>{n:,} parola chiave</numerusform>
            <numerusform>{n:,} parole chiave</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords removed.</source>
        <extracomment>Singular: {n:,} keyword removed.</extracomment>
        <translation>
            <numerusform>{n:,} parola chiave rimossa.</numerusform>
            <numerusform>{n:,} parole chiave rimosse.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} lines left out:</source>
        <extracomment>Singular: {n:,} line left out:</extracomment>
        <translation>
            <numerusform>{n:,} riga tralasciata:</numerusform>
            <numerusform>{n:,} righe tralasciate:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more messages</source>
        <extracomment>Singular: {n:,} more message</extracomment>
        <translation>
            <numerusform>{n:,} altro messaggio</numerusform>
            <numerusform>{n:,} altri messaggi</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more places</source>
        <extracomment>Singular: {n:,} more place</extracomment>
        <translation>
            <numerusform>{n:,} altro punto</numerusform>
            <numerusform>altri {n:,} punti</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} segments</source>
        <extracomment>Singular: {n:,} segment</extracomment>
        <translation>
            <numerusform>{n:,} segmento</numerusform>
            <numerusform>{n:,} segmenti</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} unfinished dictations</source>
        <extracomment>Singular: {n:,} unfinished dictation</extracomment>
        <translation>
            <numerusform>{n:,} dettatura incompleta</numerusform>
            <numerusform>{n:,} dettature incomplete</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances</source>
        <extracomment>Singular: {n:,} utterance</extracomment>
        <translation>
            <numerusform>{n:,} enunciato</numerusform>
            <numerusform>{n:,} enunciati</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances waiting for text.</source>
        <extracomment>Singular: {n:,} utterance waiting for text.</extracomment>
        <translation>
            <numerusform>{n:,} enunciato in attesa del testo.</numerusform>
            <numerusform>{n:,} enunciati in attesa del testo.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} words</source>
        <extracomment>Singular: {n:,} word</extracomment>
        <translation>
            <numerusform>{n:,} parola</numerusform>
            <numerusform>{n:,} parole</numerusform>
        </translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation>{names} e {last}</translation>
    </message>
    <message numerus="yes">
        <source>{names} and {n} more</source>
        <extracomment>Singular: {names} and {n} more</extracomment>
        <translation>
            <numerusform>{names} e {n} altra</numerusform>
            <numerusform>{names} e altre {n}</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation>Impossibile leggere {name}: {reason}.</translation>
    </message>
    <message>
        <source>{name} for transcribing again</source>
        <translation>{name} per la nuova trascrizione</translation>
    </message>
    <message>
        <source>{name} holds no keyring yet; it asks for a password when a key is saved.</source>
        <translation>{name} non contiene ancora un portachiavi; chiede una password quando viene salvata una chiave.</translation>
    </message>
    <message>
        <source>{name} is locked; it asks for its password when the key is needed.</source>
        <translation>{name} è bloccato; chiede la sua password quando serve la chiave.</translation>
    </message>
    <message>
        <source>{name} – not in {label}</source>
        <translation>{name} – non disponibile in {label}</translation>
    </message>
    <message>
        <source>{name}: recording from {device}</source>
        <translation>{name}: registrazione da {device}</translation>
    </message>
    <message>
        <source>{name}: {changes}.</source>
        <translation>{name}: {changes}.</translation>
    </message>
    <message>
        <source>{number:,} of {found:,}</source>
        <translation>{number:,} di {found:,}</translation>
    </message>
    <message>
        <source>{number} {unit}</source>
        <translation>{number} {unit}</translation>
    </message>
    <message numerus="yes">
        <source>{n} corrections deleted; their texts stay.</source>
        <extracomment>Singular: {n} correction deleted; its text stays.</extracomment>
        <translation>
            <numerusform>{n} correzione eliminata; il suo testo resta.</numerusform>
            <numerusform>{n} correzioni eliminate; i loro testi restano.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} days</source>
        <extracomment>Singular: {n} day</extracomment>
        <translation>
            <numerusform>{n} giorno</numerusform>
            <numerusform>{n} giorni</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} dictations have no recording: their texts were used.</source>
        <extracomment>Singular: {n} dictation has no recording: its text was used.</extracomment>
        <translation>
            <numerusform>{n} dettatura non ha registrazione: è stato usato il suo testo.</numerusform>
            <numerusform>{n} dettature non hanno registrazione: sono stati usati i loro testi.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} hits.</source>
        <extracomment>Singular: {n} hit.</extracomment>
        <translation>
            <numerusform>{n} occorrenza.</numerusform>
            <numerusform>{n} occorrenze.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} keywords to check.</source>
        <extracomment>Singular: {n} keyword to check.</extracomment>
        <translation>
            <numerusform>{n} parola chiave da controllare.</numerusform>
            <numerusform>{n} parole chiave da controllare.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} minutes</source>
        <extracomment>Singular: {n} minute</extracomment>
        <translation>
            <numerusform>{n} minuto</numerusform>
            <numerusform>{n} minuti</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} of {all} dictations change.</source>
        <extracomment>Singular: {n} of {all} dictations changes.</extracomment>
        <translation>
            <numerusform>Cambia {n} dettatura su {all}.</numerusform>
            <numerusform>Cambiano {n} dettature su {all}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} recordings were recognized again.</source>
        <extracomment>Singular: {n} recording was recognized again.</extracomment>
        <translation>
            <numerusform>{n} registrazione è stata riconosciuta di nuovo.</numerusform>
            <numerusform>{n} registrazioni sono state riconosciute di nuovo.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} seconds</source>
        <extracomment>Singular: {n} second</extracomment>
        <translation>
            <numerusform>{n} secondo</numerusform>
            <numerusform>{n} secondi</numerusform>
        </translation>
    </message>
    <message>
        <source>{path} cannot be changed by Saywrite.</source>
        <translation>Saywrite non può modificare {path}.</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}). The defaults are used.</source>
        <translation>Impossibile leggere {path} ({reason}). Vengono usati i valori predefiniti.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>Impossibile leggere {path}: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}. There are no keywords.</source>
        <translation>Impossibile leggere {path}: {reason}. Non ci sono parole chiave.</translation>
    </message>
    <message>
        <source>{path} cannot be used ({reason}).</source>
        <translation>Impossibile usare {path} ({reason}).</translation>
    </message>
    <message>
        <source>{path} is not a history of Saywrite. It was left as it is.</source>
        <translation>{path} non è una cronologia di Saywrite. È stato lasciato com'era.</translation>
    </message>
    <message>
        <source>{path} is not a settings file ({error}).</source>
        <translation>{path} non è un file di impostazioni ({error}).</translation>
    </message>
    <message>
        <source>{path} is not a settings file.</source>
        <translation>{path} non è un file di impostazioni.</translation>
    </message>
    <message>
        <source>{path} is where Saywrite's socket should be; commands from other programs are not taken.</source>
        <translation>{path} si trova dove dovrebbe essere il socket di Saywrite; i comandi di altri programmi non vengono accettati.</translation>
    </message>
    <message>
        <source>{path} was not saved: {reason}.</source>
        <translation>{path} non è stato salvato: {reason}.</translation>
    </message>
    <message>
        <source>{path}, line {line}: {what}</source>
        <translation>{path}, riga {line}: {what}</translation>
    </message>
    <message>
        <source>{path}: {what} It was kept as {name} beside it, and there are no keywords. Repair that file, then import it in the keyword list.</source>
        <translation>{path}: {what} È stato conservato come {name} nella stessa cartella, e non ci sono parole chiave. Ripara quel file, poi importalo nell'elenco delle parole chiave.</translation>
    </message>
    <message>
        <source>{path}: {what} It was left as it is, and there are no keywords. Repair or move it.</source>
        <translation>{path}: {what} È stato lasciato com'era, e non ci sono parole chiave. Riparalo o spostalo.</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error})</source>
        <translation>impossibile scrivere in {place} ({error})</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error}).</source>
        <translation>Impossibile scrivere in {place} ({error}).</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk</source>
        <translation>{place} si trova su un disco di sola lettura</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk.</source>
        <translation>{place} si trova su un disco di sola lettura.</translation>
    </message>
    <message>
        <source>{position} of {length}</source>
        <translation>{position} di {length}</translation>
    </message>
    <message>
        <source>{program} could not be brought to the front, so nothing was undone.</source>
        <translation>Non è stato possibile portare {program} in primo piano: non è stato annullato nulla.</translation>
    </message>
    <message>
        <source>{program} did not read the text.</source>
        <translation>{program} non ha letto il testo.</translation>
    </message>
    <message>
        <source>{program} did not receive the text</source>
        <translation>{program} non ha ricevuto il testo</translation>
    </message>
    <message>
        <source>{program} does not report whether you have typed there since, so nothing was undone.</source>
        <translation>{program} non segnala se nel frattempo vi hai digitato qualcosa: non è stato annullato nulla.</translation>
    </message>
    <message>
        <source>{program} received the text</source>
        <translation>{program} ha ricevuto il testo</translation>
    </message>
    <message>
        <source>{program} was sent the text; no confirmation came</source>
        <translation>Il testo è stato inviato a {program}; non è arrivata alcuna conferma</translation>
    </message>
    <message>
        <source>{recognizer} for {segments}</source>
        <translation>{recognizer} per {segments}</translation>
    </message>
    <message>
        <source>{recognizer}: {languages}.</source>
        <translation>{recognizer}: {languages}.</translation>
    </message>
    <message>
        <source>{rest} in {places}</source>
        <translation>{rest} in {places}</translation>
    </message>
    <message>
        <source>{seconds:.0f} s</source>
        <translation>{seconds:.0f} s</translation>
    </message>
    <message>
        <source>{seconds:.0f} s of the dictation have no text: {why}.</source>
        <translation>Una parte della dettatura ({seconds:.0f} s) non ha testo: {why}.</translation>
    </message>
    <message>
        <source>{seconds:.2f} s</source>
        <translation>{seconds:.2f} s</translation>
    </message>
    <message>
        <source>{seconds:g} seconds</source>
        <translation>{seconds:g} secondi</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation>{seconds} s rimanenti</translation>
    </message>
    <message>
        <source>{sent} sent to {host}, {received} received</source>
        <translation>{sent} inviati a {host}, {received} ricevuti</translation>
    </message>
    <message>
        <source>{setting} (not connected)</source>
        <translation>{setting} (non connesso)</translation>
    </message>
    <message>
        <source>{target} already exists.</source>
        <translation>{target} esiste già.</translation>
    </message>
    <message>
        <source>{then:%b} {day}, {then:%H:%M}</source>
        <translation>{day} {then:%b}, {then:%H:%M}</translation>
    </message>
    <message>
        <source>{then:%b} {day}, {year}, {then:%H:%M}</source>
        <translation>{day} {then:%b} {year}, {then:%H:%M}</translation>
    </message>
    <message>
        <source>{time:.0f} ms</source>
        <translation>{time:.0f} ms</translation>
    </message>
    <message>
        <source>{time} · at {start}</source>
        <translation>{time} · a {start}</translation>
    </message>
    <message>
        <source>{unknown} is not known. Use {{name}}, {{date}} or {{language}}.</source>
        <translation>{unknown} non è riconosciuto. Usa {{name}}, {{date}} o {{language}}.</translation>
    </message>
    <message>
        <source>{value} percent</source>
        <translation>{value} percento</translation>
    </message>
    <message>
        <source>{variable} is set in the environment and wins: {value}</source>
        <translation>{variable} è impostata nell'ambiente e ha la precedenza: {value}</translation>
    </message>
    <message>
        <source>{variable} is set in the environment: that key is used, whatever is saved here.</source>
        <translation>{variable} è impostata nell'ambiente: viene usata quella chiave, qualunque cosa sia salvata qui.</translation>
    </message>
    <message numerus="yes">
        <source>{words:,} of {n:,} words</source>
        <extracomment>Singular: {words:,} of {n:,} word</extracomment>
        <translation>
            <numerusform>{words:,} su {n:,} parola</numerusform>
            <numerusform>{words:,} su {n:,} parole</numerusform>
        </translation>
    </message>
    <message>
        <source>{words} in {segments}</source>
        <translation>{words} in {segments}</translation>
    </message>
    <message>
        <source>{words}, {failed} failed</source>
        <translation>{words}, {failed} non riusciti</translation>
    </message>
    <message>
        <source>{{name}} is the name of the sound file, {{date}} is today, {{language}} the language. The ending chooses the format: {suffixes}.</source>
        <translation>{{name}} è il nome del file audio, {{date}} è la data di oggi, {{language}} la lingua. L'estensione determina il formato: {suffixes}.</translation>
    </message>
    <message>
        <source>“Default” is the one chosen in the system's settings.</source>
        <translation>«Predefinito» è quello scelto nelle impostazioni del sistema.</translation>
    </message>
    <message>
        <source>“Listen” plays the sounds for start, end and failure, one after the other.</source>
        <translation>«Ascolta» emette uno dopo l'altro i suoni di inizio, di fine e di errore.</translation>
    </message>
    <message>
        <source>“saywrite doctor” tells more.</source>
        <translation>«saywrite doctor» dà altri dettagli.</translation>
    </message>
    <message>
        <source>“{file}” was not transcribed. {what}</source>
        <translation>«{file}» non è stato trascritto. {what}</translation>
    </message>
    <message>
        <source>“{name}” breaks off: its end, without which nothing of it can be decoded, is missing.</source>
        <translation>«{name}» si interrompe: manca la fine, senza la quale non è possibile decodificarlo.</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s could be read.</source>
        <translation>«{name}» si interrompe: è stato possibile leggere {seconds:.1f} s.</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s of {whole:.1f} s could be read.</source>
        <translation>«{name}» si interrompe: è stato possibile leggere {seconds:.1f} s su {whole:.1f} s.</translation>
    </message>
    <message>
        <source>“{name}” cannot be decoded.</source>
        <translation>Impossibile decodificare «{name}».</translation>
    </message>
    <message>
        <source>“{name}” cannot be read: {reason}.</source>
        <translation>Impossibile leggere «{name}»: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” could not be read: {reason}.</source>
        <translation>Impossibile leggere «{name}»: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” exists already.</source>
        <translation>«{name}» esiste già.</translation>
    </message>
    <message>
        <source>“{name}” exists already. Replace it?</source>
        <translation>«{name}» esiste già. Sostituirlo?</translation>
    </message>
    <message>
        <source>“{name}” has a header but holds no sound.</source>
        <translation>«{name}» ha un'intestazione ma non contiene audio.</translation>
    </message>
    <message>
        <source>“{name}” has sound of a kind that cannot be decoded here, or that is protected against copying.</source>
        <translation>«{name}» ha un audio che qui non può essere decodificato o che è protetto dalla copia.</translation>
    </message>
    <message>
        <source>“{name}” holds no sound.</source>
        <translation>«{name}» non contiene audio.</translation>
    </message>
    <message>
        <source>“{name}” in “{text}” is not a modifier.</source>
        <translation>«{name}» in «{text}» non è un tasto modificatore.</translation>
    </message>
    <message>
        <source>“{name}” is a folder.</source>
        <translation>«{name}» è una cartella.</translation>
    </message>
    <message>
        <source>“{name}” is damaged: nothing of it can be decoded.</source>
        <translation>«{name}» è danneggiato: nulla può essere decodificato.</translation>
    </message>
    <message>
        <source>“{name}” is damaged: {seconds:.1f} s of it could not be decoded.</source>
        <translation>«{name}» è danneggiato: non è stato possibile decodificarne {seconds:.1f} s.</translation>
    </message>
    <message>
        <source>“{name}” is empty (0 bytes).</source>
        <translation>«{name}» è vuoto (0 byte).</translation>
    </message>
    <message>
        <source>“{name}” is not a file.</source>
        <translation>«{name}» non è un file.</translation>
    </message>
    <message>
        <source>“{name}” is not a sound file that can be decoded here.</source>
        <translation>«{name}» non è un file audio decodificabile qui.</translation>
    </message>
    <message>
        <source>“{name}” is too large for a list of keywords.</source>
        <translation>«{name}» è troppo grande per un elenco di parole chiave.</translation>
    </message>
    <message>
        <source>“{name}” is very quiet: no speech was found in it.</source>
        <translation>L'audio di «{name}» è molto debole: non vi è stato trovato alcun parlato.</translation>
    </message>
    <message>
        <source>“{name}” may not be read.</source>
        <translation>La lettura di «{name}» non è consentita.</translation>
    </message>
    <message>
        <source>“{name}” was not exported.</source>
        <translation>«{name}» non è stato esportato.</translation>
    </message>
    <message>
        <source>“{name}” was not exported: {reason}.</source>
        <translation>«{name}» non è stato esportato: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” was not written: {reason}.</source>
        <translation>«{name}» non è stato scritto: {reason}.</translation>
    </message>
    <message>
        <source>“{spoken}” is in none of these dictations.</source>
        <translation>«{spoken}» non compare in nessuna di queste dettature.</translation>
    </message>
    <message>
        <source>“{spoken}” is in {some} of {all} dictations: check that it always means this.</source>
        <translation>«{spoken}» compare in {some} dettature su {all}: controlla che significhi sempre questo.</translation>
    </message>
    <message>
        <source>“{spoken}” is listed again further down: that one counts.</source>
        <translation>«{spoken}» compare di nuovo più in basso: vale quella voce.</translation>
    </message>
    <message>
        <source>“{spoken}” is not suggested again.</source>
        <translation>«{spoken}» non verrà più suggerito.</translation>
    </message>
    <message>
        <source>“{spoken}” is ordinary speech: it would be replaced everywhere.</source>
        <translation>«{spoken}» è linguaggio comune: verrebbe sostituito ovunque.</translation>
    </message>
    <message>
        <source>“{spoken}” was added to the list; press Apply to use it.</source>
        <translation>«{spoken}» è stato aggiunto all'elenco; premi Applica per usarlo.</translation>
    </message>
    <message numerus="yes">
        <source>“{spoken}” → “{written}” (corrected {n} times)</source>
        <extracomment>Singular: “{spoken}” → “{written}” (corrected once)</extracomment>
        <translation>
            <numerusform>«{spoken}» → «{written}» (corretto una volta)</numerusform>
            <numerusform>«{spoken}» → «{written}» (corretto {n} volte)</numerusform>
        </translation>
    </message>
    <message>
        <source>“{text}” names a modifier twice.</source>
        <translation>«{text}» contiene due volte lo stesso modificatore.</translation>
    </message>
    <message>
        <source>… {start} waiting for text, {length}</source>
        <translation>… {start} in attesa del testo, {length}</translation>
    </message>
    <message>
        <source>… {utterances} since {first} waiting for text, {spoken}</source>
        <translation>… {utterances} da {first} in attesa del testo, {spoken}</translation>
    </message>
    <message>
        <source>● Saywrite</source>
        <translation>● Saywrite</translation>
    </message>
</context>
</TS>
