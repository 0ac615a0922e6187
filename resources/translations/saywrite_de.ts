<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en_US">
<context>
    <name>Saywrite</name>
    <message>
        <source> ({open_device} is open all the time)</source>
        <translation> ({open_device} ist dauerhaft geöffnet)</translation>
    </message>
    <message>
        <source> ({times} times)</source>
        <translation> ({times}-mal)</translation>
    </message>
    <message>
        <source> It is in use: until a model is here again, your words are recorded and written later.</source>
        <translation> Es wird gerade verwendet: Bis wieder ein Modell da ist, werden Ihre Worte aufgenommen und später geschrieben.</translation>
    </message>
    <message>
        <source>&amp;About Saywrite</source>
        <translation>&amp;Über Saywrite</translation>
    </message>
    <message>
        <source>&amp;Add files…</source>
        <translation>Dateien &amp;hinzufügen…</translation>
    </message>
    <message>
        <source>&amp;Add keyword</source>
        <translation>Schlüsselwort &amp;hinzufügen</translation>
    </message>
    <message>
        <source>&amp;aiOla</source>
        <translation>&amp;aiOla</translation>
    </message>
    <message>
        <source>&amp;Always write as…</source>
        <translation>&amp;Immer schreiben als…</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>&amp;Anwenden</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>&amp;Before and after</source>
        <translation>&amp;Vorher und nachher</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>&amp;Copy this translation</source>
        <translation>Diese Übersetzung &amp;kopieren</translation>
    </message>
    <message>
        <source>&amp;CSV table</source>
        <translation>&amp;CSV-Tabelle</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Löschen</translation>
    </message>
    <message>
        <source>&amp;Details…</source>
        <translation>&amp;Details…</translation>
    </message>
    <message>
        <source>&amp;Dictation</source>
        <translation>D&amp;iktat</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Verwerfen</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Fertig</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Exportieren</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren…</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Find…</source>
        <translation>&amp;Suchen…</translation>
    </message>
    <message>
        <source>&amp;First steps…</source>
        <translation>&amp;Erste Schritte…</translation>
    </message>
    <message>
        <source>&amp;Forget suggestion</source>
        <translation>Vorschlag ver&amp;gessen</translation>
    </message>
    <message>
        <source>&amp;Hands-free</source>
        <translation>Frei&amp;händig</translation>
    </message>
    <message>
        <source>&amp;Hear</source>
        <translation>An&amp;hören</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation>Aus&amp;blenden</translation>
    </message>
    <message>
        <source>&amp;History…</source>
        <translation>&amp;Verlauf…</translation>
    </message>
    <message>
        <source>&amp;Insert again</source>
        <translation>&amp;Erneut einfügen</translation>
    </message>
    <message>
        <source>&amp;JSON</source>
        <translation>&amp;JSON</translation>
    </message>
    <message>
        <source>&amp;Keep editing</source>
        <translation>&amp;Weiter bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Keep it</source>
        <translation>&amp;Behalten</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts…</source>
        <translation>&amp;Tastenkürzel…</translation>
    </message>
    <message>
        <source>&amp;Keywords</source>
        <translation>&amp;Schlüsselwörter</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>S&amp;prache</translation>
    </message>
    <message>
        <source>&amp;Look for microphones</source>
        <translation>Nach &amp;Mikrofonen suchen</translation>
    </message>
    <message>
        <source>&amp;Markdown</source>
        <translation>&amp;Markdown</translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation>&amp;Mikrofon</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modell</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>&amp;Modelle…</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Einfügen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Quit Saywrite</source>
        <translation>Saywrite &amp;beenden</translation>
    </message>
    <message>
        <source>&amp;Recognizer</source>
        <translation>Er&amp;kenner</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>&amp;Remove finished</source>
        <translation>Fertige &amp;entfernen</translation>
    </message>
    <message>
        <source>&amp;Replace</source>
        <translation>&amp;Ersetzen</translation>
    </message>
    <message>
        <source>&amp;Replace it in the text now {where}</source>
        <translation>Jetzt im Text &amp;ersetzen {where}</translation>
    </message>
    <message>
        <source>&amp;Replace…</source>
        <translation>&amp;Ersetzen…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>&amp;Save audio…</source>
        <translation>T&amp;on speichern…</translation>
    </message>
    <message>
        <source>&amp;Save the text beside each file, as</source>
        <translation>Text neben jeder Datei &amp;speichern als</translation>
    </message>
    <message>
        <source>&amp;Select all</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>E&amp;instellungen…</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Starten</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Stoppen</translation>
    </message>
    <message>
        <source>&amp;SubRip subtitles</source>
        <translation>&amp;SubRip-Untertitel</translation>
    </message>
    <message>
        <source>&amp;Switch to {name}</source>
        <translation>&amp;Zu {name} wechseln</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>Verbindung &amp;testen</translation>
    </message>
    <message>
        <source>&amp;This computer</source>
        <translation>&amp;Dieser Computer</translation>
    </message>
    <message>
        <source>&amp;Transcribe</source>
        <translation>&amp;Transkribieren</translation>
    </message>
    <message>
        <source>&amp;Transcribe a file…</source>
        <translation>Datei &amp;transkribieren…</translation>
    </message>
    <message>
        <source>&amp;Transcribe again</source>
        <translation>Erneut &amp;transkribieren</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Try on my last {n} dictations</source>
        <extracomment>Singular: &amp;Try on my last dictation</extracomment>
        <translation>
            <numerusform>An meinem letzten Diktat &amp;testen</numerusform>
            <numerusform>An meinen letzten {n} Diktaten &amp;testen</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Unlock…</source>
        <translation>E&amp;ntsperren…</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Waveform</source>
        <translation>&amp;Wellenform</translation>
    </message>
    <message>
        <source>&amp;WebVTT subtitles</source>
        <translation>&amp;WebVTT-Untertitel</translation>
    </message>
    <message>
        <source>&amp;What's new…</source>
        <translation>&amp;Neuigkeiten…</translation>
    </message>
    <message>
        <source>&amp;write</source>
        <translation>&amp;schreiben</translation>
    </message>
    <message>
        <source>(it is not in the text)</source>
        <translation>(es kommt im Text nicht vor)</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>, clipped: too loud. Move away from the microphone or lower its level. Click to reset.</source>
        <translation>, übersteuert: zu laut. Gehen Sie weiter vom Mikrofon weg oder senken Sie seinen Pegel. Zum Zurücksetzen klicken.</translation>
    </message>
    <message>
        <source>, files verified</source>
        <translation>, Dateien geprüft</translation>
    </message>
    <message numerus="yes">
        <source>, {n:,} files waiting</source>
        <extracomment>Singular: , {n:,} file waiting</extracomment>
        <translation>
            <numerusform>, {n:,} Datei wartet</numerusform>
            <numerusform>, {n:,} Dateien warten</numerusform>
        </translation>
    </message>
    <message>
        <source>. </source>
        <translation>. </translation>
    </message>
    <message>
        <source>1</source>
        <translation>1</translation>
    </message>
    <message>
        <source>1 min to 10 min</source>
        <translation>1 bis 10 min</translation>
    </message>
    <message>
        <source>10 s to 1 min</source>
        <translation>10 s bis 1 min</translation>
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
        <translation>Ein Diktat läuft gerade.</translation>
    </message>
    <message>
        <source>A dotted underline marks words that this computer heard differently. Alt+W swaps them.</source>
        <translation>Eine gepunktete Unterstreichung zeigt Wörter, die dieser Computer anders gehört hat. Alt+W tauscht sie aus.</translation>
    </message>
    <message>
        <source>A folder or an https address with the model files. Leave it empty for the official source.</source>
        <translation>Ein Ordner oder eine https-Adresse mit den Modelldateien. Leer lassen für die offizielle Quelle.</translation>
    </message>
    <message>
        <source>A hands-free dictation ends then, and Saywrite waits for the phrase again.</source>
        <translation>Ein freihändiges Diktat endet dann, und Saywrite wartet wieder auf den Sprachbefehl.</translation>
    </message>
    <message>
        <source>A key is saved</source>
        <translation>Ein Schlüssel ist gespeichert</translation>
    </message>
    <message>
        <source>A key or token of {secret} characters cannot be saved.</source>
        <translation>Ein Schlüssel oder Token mit {secret} Zeichen kann nicht gespeichert werden.</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so nothing was undone.</source>
        <translation>Eine Taste wie Strg, Alt oder Umschalt blieb gedrückt, daher wurde nichts rückgängig gemacht.</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted.</source>
        <translation>Eine Taste wie Strg, Alt oder Umschalt blieb gedrückt, daher wurde der Text nicht eingefügt.</translation>
    </message>
    <message>
        <source>A longer sentence is written in parts.</source>
        <translation>Ein längerer Satz wird in Teilen geschrieben.</translation>
    </message>
    <message>
        <source>A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted.</source>
        <translation>Ein Menü, ein Dialog oder die Bildschirmsperre belegt die Tastatur, daher wurde der Text nicht eingefügt.</translation>
    </message>
    <message>
        <source>A name cannot contain \ / : * ? " &lt; &gt; or |.</source>
        <translation>Ein Name darf keines dieser Zeichen enthalten: \ / : * ? " &lt; &gt; |</translation>
    </message>
    <message>
        <source>A new connection is tried.</source>
        <translation>Es wird versucht, die Verbindung neu herzustellen.</translation>
    </message>
    <message>
        <source>A new token is fetched; if you use a token of your own, check it in {settings}.</source>
        <translation>Ein neues Token wird abgerufen; wenn Sie ein eigenes verwenden, prüfen Sie es unter {settings}.</translation>
    </message>
    <message>
        <source>A recording was not recognized: {reason}</source>
        <translation>Eine Aufnahme wurde nicht erkannt: {reason}</translation>
    </message>
    <message>
        <source>A screen reader reads</source>
        <translation>Ein Screenreader liest vor</translation>
    </message>
    <message>
        <source>A sentence is sent after a pause of this length.</source>
        <translation>Nach einer Pause dieser Länge wird ein Satz gesendet.</translation>
    </message>
    <message>
        <source>A shorter sound is ignored.</source>
        <translation>Ein kürzeres Geräusch wird ignoriert.</translation>
    </message>
    <message>
        <source>A small panel with your words above all windows. It is not available on Wayland.</source>
        <translation>Ein kleines Feld mit Ihren Worten über allen Fenstern. Unter Wayland ist es nicht verfügbar.</translation>
    </message>
    <message>
        <source>A sound at the end of a dictation, and when something fails.</source>
        <translation>Ein Signalton am Ende eines Diktats und wenn etwas fehlschlägt.</translation>
    </message>
    <message>
        <source>A stream can be opened at {host}.</source>
        <translation>Bei {host} kann ein Stream geöffnet werden.</translation>
    </message>
    <message>
        <source>A text that follows another one begins with a space, until you press a key or click.</source>
        <translation>Ein Text, der auf einen anderen folgt, beginnt mit einem Leerzeichen, bis Sie eine Taste drücken oder klicken.</translation>
    </message>
    <message>
        <source>A value of the command is not a short text.</source>
        <translation>Ein Wert des Befehls ist kein kurzer Text.</translation>
    </message>
    <message>
        <source>A web page answered instead of {host}.</source>
        <translation>Statt {host} hat eine Webseite geantwortet.</translation>
    </message>
    <message>
        <source>a while</source>
        <translation>einiger Zeit</translation>
    </message>
    <message>
        <source>A&amp;dd keyword</source>
        <translation>Schlüsselwort &amp;hinzufügen</translation>
    </message>
    <message>
        <source>About Saywrite</source>
        <translation>Über Saywrite</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>Zugriffstoken</translation>
    </message>
    <message>
        <source>accessibility orca</source>
        <translation>Barrierefreiheit Bedienungshilfen vorlesen Orca</translation>
    </message>
    <message>
        <source>Accurate, in eight languages. What you say is sent to aiOla's service.</source>
        <translation>Genau, in acht Sprachen. Was Sie sagen, wird an den Dienst von aiOla gesendet.</translation>
    </message>
    <message>
        <source>Accurate: what you say is sent to aiOla's service. Needs a network and an API key.</source>
        <translation>Genau: Was Sie sagen, wird an den Dienst von aiOla gesendet. Braucht ein Netzwerk und einen API-Schlüssel.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Add a keyword (Insert)</source>
        <translation>Schlüsselwort hinzufügen (Einfg)</translation>
    </message>
    <message>
        <source>Add f&amp;older…</source>
        <translation>&amp;Ordner hinzufügen…</translation>
    </message>
    <message>
        <source>Add to ~/.config/hypr/hyprland.conf</source>
        <translation>In ~/.config/hypr/hyprland.conf einfügen</translation>
    </message>
    <message>
        <source>Add to ~/.config/sway/config, then run: swaymsg reload</source>
        <translation>In ~/.config/sway/config einfügen, dann ausführen: swaymsg reload</translation>
    </message>
    <message>
        <source>Add yourself to the group “audio” (sudo usermod -aG audio $USER) and log in again.</source>
        <translation>Fügen Sie sich der Gruppe „audio“ hinzu (sudo usermod -aG audio $USER) und melden Sie sich neu an.</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>After:</source>
        <translation>Nachher:</translation>
    </message>
    <message>
        <source>aiOla</source>
        <translation>aiOla</translation>
    </message>
    <message>
        <source>aiOla &amp;settings…</source>
        <translation>aiOla-&amp;Einstellungen…</translation>
    </message>
    <message>
        <source>aiOla account</source>
        <translation>aiOla-Konto</translation>
    </message>
    <message>
        <source>aiOla could not be reached</source>
        <translation>aiOla war nicht erreichbar</translation>
    </message>
    <message>
        <source>aiOla did not answer in time</source>
        <translation>aiOla hat nicht rechtzeitig geantwortet</translation>
    </message>
    <message>
        <source>aiOla does not answer.</source>
        <translation>aiOla antwortet nicht.</translation>
    </message>
    <message>
        <source>aiOla has no text for a part of the dictation: that part is what the recognizer on this computer heard.</source>
        <translation>aiOla hat für einen Teil des Diktats keinen Text: Dieser Teil ist das, was der Erkenner auf diesem Computer gehört hat.</translation>
    </message>
    <message>
        <source>aiOla has no text for some words.</source>
        <translation>aiOla hat für einige Wörter keinen Text.</translation>
    </message>
    <message>
        <source>aiOla needed longer than {seconds} s: the last sentences are what the recognizer on this computer heard.</source>
        <translation>aiOla brauchte länger als {seconds} s: Die letzten Sätze sind das, was der Erkenner auf diesem Computer gehört hat.</translation>
    </message>
    <message>
        <source>aiOla receives the sound but does not answer.</source>
        <translation>aiOla empfängt den Ton, antwortet aber nicht.</translation>
    </message>
    <message>
        <source>aiOla writes while it can be reached; this computer takes over while it cannot. Needs an API key.</source>
        <translation>aiOla schreibt, solange es erreichbar ist; sonst übernimmt dieser Computer. Braucht einen API-Schlüssel.</translation>
    </message>
    <message>
        <source>aiOla's service could not be reached for {seconds:.0f} s.</source>
        <translation>Der Dienst von aiOla war {seconds:.0f} s lang nicht erreichbar.</translation>
    </message>
    <message>
        <source>aiOla's streaming service is not in this version of Saywrite.</source>
        <translation>Der Streaming-Dienst von aiOla ist in dieser Version von Saywrite nicht enthalten.</translation>
    </message>
    <message>
        <source>aiOla's text for an inserted dictation has arrived.</source>
        <translation>Der Text von aiOla für ein eingefügtes Diktat ist da.</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>All parts and their licenses</source>
        <translation>Alle Bestandteile und ihre Lizenzen</translation>
    </message>
    <message>
        <source>Allow it in System Settings → Privacy &amp; Security → Microphone, then start Saywrite again.</source>
        <translation>Erlauben Sie es unter Systemeinstellungen → Datenschutz &amp; Sicherheit → Mikrofon und starten Sie Saywrite dann neu.</translation>
    </message>
    <message>
        <source>Allow Saywrite under System Settings &gt; Privacy &amp; Security &gt; Accessibility.</source>
        <translation>Erlauben Sie Saywrite unter Systemeinstellungen &gt; Datenschutz &amp; Sicherheit &gt; Bedienungshilfen.</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Immer</translation>
    </message>
    <message>
        <source>Always &amp;write as…</source>
        <translation>I&amp;mmer schreiben als…</translation>
    </message>
    <message>
        <source>Always write as</source>
        <translation>Immer schreiben als</translation>
    </message>
    <message>
        <source>An unknown program</source>
        <translation>Ein unbekanntes Programm</translation>
    </message>
    <message>
        <source>Another program has already taken {chord}.</source>
        <translation>Ein anderes Programm hat {chord} schon belegt.</translation>
    </message>
    <message>
        <source>Another program is using the audio output.</source>
        <translation>Ein anderes Programm verwendet die Tonausgabe.</translation>
    </message>
    <message>
        <source>Another program is using the microphone.</source>
        <translation>Ein anderes Programm verwendet das Mikrofon.</translation>
    </message>
    <message>
        <source>Another program took the clipboard before it was certain that {program} had read the text.</source>
        <translation>Ein anderes Programm hat die Zwischenablage belegt, bevor feststand, dass {program} den Text gelesen hat.</translation>
    </message>
    <message>
        <source>Another program took the clipboard before the text was read.</source>
        <translation>Ein anderes Programm hat die Zwischenablage übernommen, bevor der Text gelesen wurde.</translation>
    </message>
    <message>
        <source>Another window had the keyboard when you started.</source>
        <translation>Als Sie begannen, war ein anderes Fenster aktiv.</translation>
    </message>
    <message>
        <source>Another window has the focus now.</source>
        <translation>Jetzt ist ein anderes Fenster aktiv.</translation>
    </message>
    <message>
        <source>Any language</source>
        <translation>Alle Sprachen</translation>
    </message>
    <message>
        <source>Any length</source>
        <translation>Jede Länge</translation>
    </message>
    <message>
        <source>Any program</source>
        <translation>Alle Programme</translation>
    </message>
    <message>
        <source>Any recognizer</source>
        <translation>Alle Erkenner</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>API-Schlüssel</translation>
    </message>
    <message>
        <source>API key of your aiOla account</source>
        <translation>API-Schlüssel Ihres aiOla-Kontos</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>As it should be written</source>
        <translation>Wie es geschrieben werden soll</translation>
    </message>
    <message>
        <source>As long as it takes</source>
        <translation>So lange es dauert</translation>
    </message>
    <message>
        <source>Ask for read permission, or copy the file.</source>
        <translation>Bitten Sie um Leserechte oder kopieren Sie die Datei.</translation>
    </message>
    <message>
        <source>Ask that user or an administrator to remove it, or set XDG_RUNTIME_DIR to a folder of your own.</source>
        <translation>Bitten Sie diesen Benutzer oder einen Administrator, ihn zu entfernen, oder setzen Sie XDG_RUNTIME_DIR auf einen eigenen Ordner.</translation>
    </message>
    <message>
        <source>Ask whoever runs the proxy to allow this host, or choose another network.</source>
        <translation>Bitten Sie den Betreiber des Proxys, diesen Host zu erlauben, oder wählen Sie ein anderes Netzwerk.</translation>
    </message>
    <message>
        <source>Ask whoever runs your aiOla account to allow it.</source>
        <translation>Bitten Sie den Verwalter Ihres aiOla-Kontos, es zu erlauben.</translation>
    </message>
    <message>
        <source>Ask whoever runs your token address.</source>
        <translation>Fragen Sie den Betreiber Ihrer Token-Adresse.</translation>
    </message>
    <message>
        <source>asking for a token</source>
        <translation>Abrufen eines Tokens</translation>
    </message>
    <message>
        <source>Assign one in the desktop's keyboard settings.</source>
        <translation>Weisen Sie in den Tastatureinstellungen des Desktops eine zu.</translation>
    </message>
    <message>
        <source>at {at}</source>
        <translation>bei {at}</translation>
    </message>
    <message>
        <source>Audio and video files (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;All files (*)</source>
        <translation>Audio- und Videodateien (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>audio retention delete</source>
        <translation>Audio Ton Aufbewahrung Speicherdauer löschen Löschung entfernen</translation>
    </message>
    <message>
        <source>autostart login minimized</source>
        <translation>Autostart Anmeldung minimiert Systemstart</translation>
    </message>
    <message>
        <source>B&amp;oth</source>
        <translation>&amp;Beide</translation>
    </message>
    <message>
        <source>Bar: half of all dictations were faster. Line: 95 of 100 were. The newest 1,000 dictations count.</source>
        <translation>Balken: Die Hälfte aller Diktate war schneller. Linie: 95 von 100 waren es. Es zählen die neuesten 1.000 Diktate.</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>Vorher und nachher</translation>
    </message>
    <message>
        <source>Before:</source>
        <translation>Vorher:</translation>
    </message>
    <message>
        <source>Began</source>
        <translation>Beginn</translation>
    </message>
    <message>
        <source>Begin a new dictation.</source>
        <translation>Beginnen Sie ein neues Diktat.</translation>
    </message>
    <message>
        <source>Begin and end a dictation with a spoken phrase</source>
        <translation>Ein Diktat mit einem Sprachbefehl beginnen und beenden</translation>
    </message>
    <message>
        <source>Being heard</source>
        <translation>Wird gerade gehört</translation>
    </message>
    <message>
        <source>Being prepared for this computer</source>
        <translation>Wird für diesen Computer vorbereitet</translation>
    </message>
    <message>
        <source>belongs to debuggers</source>
        <translation>den Debugger aufrufen</translation>
    </message>
    <message>
        <source>belongs to Windows</source>
        <translation>Systemfunktion von Windows</translation>
    </message>
    <message>
        <source>Both texts are empty: there are no words in this recording.</source>
        <translation>Beide Texte sind leer: In dieser Aufnahme sind keine Wörter.</translation>
    </message>
    <message>
        <source>Both texts are the same.</source>
        <translation>Beide Texte sind gleich.</translation>
    </message>
    <message>
        <source>Built-in (basic)</source>
        <translation>Eingebaut (einfach)</translation>
    </message>
    <message>
        <source>By &amp;month…</source>
        <translation>Nach &amp;Monat…</translation>
    </message>
    <message>
        <source>by BYVoid and contributors, from opencc-python-reimplemented</source>
        <translation>von BYVoid und Mitwirkenden, aus opencc-python-reimplemented</translation>
    </message>
    <message>
        <source>By this computer's clock the access token has expired.</source>
        <translation>Nach der Uhr dieses Computers ist das Zugriffstoken abgelaufen.</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate has expired.</source>
        <translation>Nach der Uhr dieses Computers ist das Zertifikat von {host} abgelaufen.</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate is not valid yet.</source>
        <translation>Nach der Uhr dieses Computers ist das Zertifikat von {host} noch nicht gültig.</translation>
    </message>
    <message>
        <source>Bytes received</source>
        <translation>Empfangene Bytes</translation>
    </message>
    <message>
        <source>Bytes sent</source>
        <translation>Gesendete Bytes</translation>
    </message>
    <message>
        <source>C&amp;hange…</source>
        <translation>&amp;Ändern…</translation>
    </message>
    <message>
        <source>C&amp;lear</source>
        <translation>&amp;Leeren</translation>
    </message>
    <message>
        <source>Ca&amp;ncel</source>
        <translation>Abbre&amp;chen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel the dictation</source>
        <translation>Das Diktat abbrechen</translation>
    </message>
    <message>
        <source>Caps Lock goes on switching capitals on and off.</source>
        <translation>Die Feststelltaste schaltet weiterhin die Großschreibung ein und aus.</translation>
    </message>
    <message>
        <source>Capture goes on as soon as it is back.</source>
        <translation>Die Aufnahme geht weiter, sobald es wieder da ist.</translation>
    </message>
    <message>
        <source>Capture goes on.</source>
        <translation>Die Aufnahme geht weiter.</translation>
    </message>
    <message>
        <source>Change it only if your company has its own service.</source>
        <translation>Nur ändern, wenn Ihre Firma einen eigenen Dienst hat.</translation>
    </message>
    <message>
        <source>Change it only if your company has its own sign-in service.</source>
        <translation>Nur ändern, wenn Ihre Firma einen eigenen Anmeldedienst hat.</translation>
    </message>
    <message>
        <source>Change the keywords, then try them. Here you see what your dictations would say.</source>
        <translation>Ändern Sie die Schlüsselwörter und testen Sie sie. Hier sehen Sie, wie Ihre Diktate dann lauten würden.</translation>
    </message>
    <message>
        <source>Changed texts</source>
        <translation>Geänderte Texte</translation>
    </message>
    <message>
        <source>Check for &amp;updates…</source>
        <translation>Nach &amp;Updates suchen…</translation>
    </message>
    <message>
        <source>Check how to sign in, in {settings}.</source>
        <translation>Prüfen Sie unter {settings}, womit Sie sich anmelden.</translation>
    </message>
    <message>
        <source>Check it with `saywrite models verify {model}` and download it again: `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>Prüfen Sie es mit `saywrite models verify {model}` und laden Sie es erneut herunter: `saywrite models download {model}`. Was Sie bis dahin diktieren, wird aufgenommen und wird Text, sobald das Modell da ist.</translation>
    </message>
    <message>
        <source>Check its mute switch and its input level in the sound settings.</source>
        <translation>Prüfen Sie seinen Stummschalter und seinen Eingangspegel in den Toneinstellungen.</translation>
    </message>
    <message>
        <source>Check its mute switch.</source>
        <translation>Prüfen Sie seinen Stummschalter.</translation>
    </message>
    <message>
        <source>Check its name and folder.</source>
        <translation>Prüfen Sie Name und Ordner.</translation>
    </message>
    <message>
        <source>Check memory and disk, then download it again.</source>
        <translation>Prüfen Sie Arbeitsspeicher und Datenträger und laden Sie es dann erneut herunter.</translation>
    </message>
    <message>
        <source>Check that the Credential Manager service is running.</source>
        <translation>Prüfen Sie, ob der Dienst „Anmeldeinformationsverwaltung“ (Credential Manager) läuft.</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}.</source>
        <translation>Prüfen Sie die Adressen unter {settings}.</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}; if they are right, do not use this network.</source>
        <translation>Prüfen Sie die Adressen unter {settings}; wenn sie stimmen, verwenden Sie dieses Netzwerk nicht.</translation>
    </message>
    <message>
        <source>Check the clock of this computer; in a company, ask for its certificate to be installed.</source>
        <translation>Prüfen Sie die Uhr dieses Computers; lassen Sie in einer Firma deren Zertifikat installieren.</translation>
    </message>
    <message>
        <source>Check the computer's date and time; if they are right, ask whoever runs the service.</source>
        <translation>Prüfen Sie Datum und Uhrzeit des Computers; wenn sie stimmen, fragen Sie den Betreiber des Dienstes.</translation>
    </message>
    <message>
        <source>Check the disk and the permissions of this folder; nothing was changed.</source>
        <translation>Prüfen Sie den Datenträger und die Rechte dieses Ordners; nichts wurde geändert.</translation>
    </message>
    <message>
        <source>Check the disk it is on.</source>
        <translation>Prüfen Sie den Datenträger, auf dem sie liegt.</translation>
    </message>
    <message>
        <source>Check the disk that holds it; recordings are kept, and their text is made again where it is missing.</source>
        <translation>Prüfen Sie den Datenträger, auf dem er liegt; Aufnahmen bleiben erhalten, und fehlender Text dazu wird neu erstellt.</translation>
    </message>
    <message>
        <source>Check the disk, or {elsewhere}.</source>
        <translation>Prüfen Sie den Datenträger, oder {elsewhere}.</translation>
    </message>
    <message>
        <source>Check the disk.</source>
        <translation>Prüfen Sie den Datenträger.</translation>
    </message>
    <message>
        <source>Check the disk; the recording is kept.</source>
        <translation>Prüfen Sie den Datenträger; die Aufnahme bleibt erhalten.</translation>
    </message>
    <message>
        <source>Check the file.</source>
        <translation>Prüfen Sie die Datei.</translation>
    </message>
    <message>
        <source>Check the name and its permissions.</source>
        <translation>Prüfen Sie den Namen und die Rechte.</translation>
    </message>
    <message>
        <source>Check the network and try again; --wait keeps trying, --engine local needs no network.</source>
        <translation>Prüfen Sie das Netzwerk und versuchen Sie es erneut; --wait versucht es weiter, --engine local braucht kein Netzwerk.</translation>
    </message>
    <message>
        <source>Check the network, then try again.</source>
        <translation>Prüfen Sie das Netzwerk und versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation>Prüfen Sie das Netzwerk.</translation>
    </message>
    <message>
        <source>Check the proxy in the system's settings.</source>
        <translation>Prüfen Sie den Proxy in den Systemeinstellungen.</translation>
    </message>
    <message>
        <source>Check the token address in {settings}, or ask who runs it.</source>
        <translation>Prüfen Sie die Token-Adresse unter {settings} oder fragen Sie ihren Betreiber.</translation>
    </message>
    <message>
        <source>Check the workflow in {settings}.</source>
        <translation>Prüfen Sie den Workflow unter {settings}.</translation>
    </message>
    <message>
        <source>Check the workflow, the language and the addresses in {settings}.</source>
        <translation>Prüfen Sie Workflow, Sprache und Adressen unter {settings}.</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>Chinesisch</translation>
    </message>
    <message>
        <source>Choose a &amp;key…</source>
        <translation>&amp;Taste wählen…</translation>
    </message>
    <message>
        <source>Choose a CSV or JSON file.</source>
        <translation>Wählen Sie eine CSV- oder JSON-Datei.</translation>
    </message>
    <message>
        <source>Choose a file with a sound track.</source>
        <translation>Wählen Sie eine Datei mit einer Tonspur.</translation>
    </message>
    <message>
        <source>Choose a file with one spoken and one written form in each entry.</source>
        <translation>Wählen Sie eine Datei mit einer gesprochenen und einer geschriebenen Form in jedem Eintrag.</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Ordner wählen…</translation>
    </message>
    <message>
        <source>Choose a key first.</source>
        <translation>Wählen Sie zuerst eine Taste.</translation>
    </message>
    <message>
        <source>Choose a key in the settings.</source>
        <translation>Wählen Sie in den Einstellungen eine Taste.</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>Wählen Sie einen kürzeren Namen.</translation>
    </message>
    <message>
        <source>Choose aiOla as the recognizer.</source>
        <translation>Wählen Sie aiOla als Erkenner.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>Wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>choose another folder</source>
        <translation>wählen Sie einen anderen Ordner</translation>
    </message>
    <message>
        <source>Choose another key in the settings, or free it in the other program.</source>
        <translation>Wählen Sie in den Einstellungen eine andere Taste oder geben Sie sie im anderen Programm frei.</translation>
    </message>
    <message>
        <source>Choose another key in the settings.</source>
        <translation>Wählen Sie in den Einstellungen eine andere Taste.</translation>
    </message>
    <message>
        <source>Choose another key, or free it in the other program.</source>
        <translation>Wählen Sie eine andere Taste oder geben Sie sie im anderen Programm frei.</translation>
    </message>
    <message>
        <source>Choose another microphone, or unplug it and plug it in again.</source>
        <translation>Wählen Sie ein anderes Mikrofon, oder ziehen Sie es ab und schließen Sie es wieder an.</translation>
    </message>
    <message>
        <source>Choose another microphone.</source>
        <translation>Wählen Sie ein anderes Mikrofon.</translation>
    </message>
    <message>
        <source>Choose another microphone. {remedy}</source>
        <translation>Wählen Sie ein anderes Mikrofon. {remedy}</translation>
    </message>
    <message>
        <source>Choose another name, or replace it.</source>
        <translation>Wählen Sie einen anderen Namen oder ersetzen Sie die Datei.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>Wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>Choose one of the form {"spoken": "written"}, or a CSV file.</source>
        <translation>Wählen Sie eine Datei der Form {"spoken": "written"} oder eine CSV-Datei.</translation>
    </message>
    <message>
        <source>Choose one of {codes}.</source>
        <translation>Wählen Sie eine der folgenden: {codes}.</translation>
    </message>
    <message>
        <source>Choose one of: {names}.</source>
        <translation>Wählen Sie eines von: {names}.</translation>
    </message>
    <message>
        <source>Choose text, Markdown, JSON or CSV.</source>
        <translation>Wählen Sie Text, Markdown, JSON oder CSV.</translation>
    </message>
    <message>
        <source>Choose the files themselves.</source>
        <translation>Wählen Sie die Dateien selbst.</translation>
    </message>
    <message>
        <source>Choose the folder that holds the models</source>
        <translation>Wählen Sie den Ordner mit den Modellen</translation>
    </message>
    <message>
        <source>Choose the key again in the settings.</source>
        <translation>Wählen Sie die Taste in den Einstellungen erneut.</translation>
    </message>
    <message>
        <source>Choose the key again to be asked.</source>
        <translation>Wählen Sie die Taste erneut, um wieder gefragt zu werden.</translation>
    </message>
    <message>
        <source>Choose the microphone whose bar moves when you speak.</source>
        <translation>Wählen Sie das Mikrofon, dessen Balken sich bewegt, wenn Sie sprechen.</translation>
    </message>
    <message>
        <source>Choose the recognizer on this computer, or use --engine local.</source>
        <translation>Wählen Sie den Erkenner auf diesem Computer, oder verwenden Sie --engine local.</translation>
    </message>
    <message>
        <source>Choose {chord}, or any key you like. Press it to start and again to stop.</source>
        <translation>Wählen Sie {chord} oder eine beliebige andere Taste. Drücken Sie sie zum Starten und noch einmal zum Stoppen.</translation>
    </message>
    <message>
        <source>Choose “Insert again” to replace it with the text.</source>
        <translation>Wählen Sie „Erneut einfügen“, um ihn durch den Text zu ersetzen.</translation>
    </message>
    <message>
        <source>Choose “Insert again”.</source>
        <translation>Wählen Sie „Erneut einfügen“.</translation>
    </message>
    <message>
        <source>Choose “{other}” as the recognizer, then {name}.</source>
        <translation>Wählen Sie „{other}“ als Erkenner, dann {name}.</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Clear: {name}</source>
        <translation>Leeren: {name}</translation>
    </message>
    <message>
        <source>Click the tray icon, or start Saywrite again, to open the window.</source>
        <translation>Klicken Sie auf das Symbol im Infobereich oder starten Sie Saywrite noch einmal, um das Fenster zu öffnen.</translation>
    </message>
    <message>
        <source>Close find (Esc)</source>
        <translation>Suche schließen (Esc)</translation>
    </message>
    <message>
        <source>Close other programs and remove {folder}.</source>
        <translation>Schließen Sie andere Programme und entfernen Sie {folder}.</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model in Settings &gt; Recognition.</source>
        <translation>Schließen Sie andere Programme, oder wählen Sie unter Einstellungen &gt; Erkennung ein kleineres Modell.</translation>
    </message>
    <message>
        <source>Close other Saywrite windows and try again.</source>
        <translation>Schließen Sie andere Saywrite-Fenster und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Close other Saywrite windows; instead of a network drive use --data and a folder of this computer.</source>
        <translation>Schließen Sie andere Saywrite-Fenster; verwenden Sie statt eines Netzlaufwerks --data und einen Ordner dieses Computers.</translation>
    </message>
    <message>
        <source>Close that program, then try again.</source>
        <translation>Schließen Sie dieses Programm und versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>Close the other Saywrite and start this one again: it keeps what can be read and begins a new history.</source>
        <translation>Schließen Sie das andere Saywrite und starten Sie dieses neu: Es bewahrt auf, was sich lesen lässt, und beginnt einen neuen Verlauf.</translation>
    </message>
    <message>
        <source>Close the program that is using it, or choose another microphone.</source>
        <translation>Schließen Sie das Programm, das es verwendet, oder wählen Sie ein anderes Mikrofon.</translation>
    </message>
    <message>
        <source>closes a window</source>
        <translation>ein Fenster schließen</translation>
    </message>
    <message>
        <source>Co&amp;py it</source>
        <translation>Ko&amp;pieren</translation>
    </message>
    <message>
        <source>Collecting diagnostics…</source>
        <translation>Diagnosedaten werden gesammelt…</translation>
    </message>
    <message>
        <source>Commands from other programs are not taken: {data} cannot be written to.</source>
        <translation>Befehle anderer Programme werden nicht angenommen: In {data} kann nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>Comparing the files with their checksums…</source>
        <translation>Die Dateien werden mit ihren Prüfsummen verglichen…</translation>
    </message>
    <message>
        <source>Connect to the network and try again, or copy the model's files here and name their folder in Settings &gt; Recognition (on the command line: --from FOLDER).</source>
        <translation>Verbinden Sie sich mit dem Netzwerk und versuchen Sie es erneut, oder kopieren Sie die Modelldateien auf diesen Computer und geben Sie ihren Ordner unter Einstellungen &gt; Erkennung an (auf der Befehlszeile: --from FOLDER).</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>verbunden</translation>
    </message>
    <message>
        <source>Connected now: {names}.</source>
        <translation>Jetzt angeschlossen: {names}.</translation>
    </message>
    <message>
        <source>connected · {rtt_ms:.0f} ms</source>
        <translation>verbunden · {rtt_ms:.0f} ms</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>verbindet…</translation>
    </message>
    <message>
        <source>connects when needed</source>
        <translation>verbindet bei Bedarf</translation>
    </message>
    <message>
        <source>Continue a sentence</source>
        <translation>Satz fortsetzen</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC, or split it.</source>
        <translation>Wandeln Sie die Datei in WAV oder FLAC um oder teilen Sie sie.</translation>
    </message>
    <message>
        <source>Convert it to WAV, FLAC, OGG or MP3, for example: ffmpeg -i FILE sound.flac</source>
        <translation>Wandeln Sie die Datei in WAV, FLAC, OGG oder MP3 um, zum Beispiel: ffmpeg -i FILE sound.flac</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Copied all</source>
        <translation>Alles kopiert</translation>
    </message>
    <message>
        <source>Copied all with its translation</source>
        <translation>Alles mit Übersetzung kopiert</translation>
    </message>
    <message>
        <source>Copied the selection</source>
        <translation>Auswahl kopiert</translation>
    </message>
    <message>
        <source>copies</source>
        <translation>kopieren</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy &amp;diagnostics</source>
        <translation>&amp;Diagnosedaten kopieren</translation>
    </message>
    <message>
        <source>Copy it again, it is one line; this system keeps {limit} characters at most.</source>
        <translation>Kopieren Sie die Zeichenfolge noch einmal, sie ist eine einzige Zeile; dieses System speichert höchstens {limit} Zeichen.</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings} or {key_variable}.</source>
        <translation>Kopieren Sie die ganze Zeichenfolge noch einmal und fügen Sie sie unter {settings} oder in {key_variable} ein.</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings}.</source>
        <translation>Kopieren Sie die ganze Zeichenfolge noch einmal und fügen Sie sie unter {settings} ein.</translation>
    </message>
    <message>
        <source>Copy t&amp;ranslation</source>
        <translation>Ü&amp;bersetzung kopieren</translation>
    </message>
    <message>
        <source>Copy te&amp;xt</source>
        <translation>Te&amp;xt kopieren</translation>
    </message>
    <message>
        <source>Copy the lines for the desktop's settings</source>
        <translation>Zeilen für die Einstellungen des Desktops kopieren</translation>
    </message>
    <message>
        <source>Copy the selected text, or all of it (Ctrl+Shift+C)</source>
        <translation>Ausgewählten Text oder alles kopieren (Strg+Umschalt+C)</translation>
    </message>
    <message>
        <source>Copy them, then open the dictation again.</source>
        <translation>Kopieren Sie sie und öffnen Sie das Diktat dann erneut.</translation>
    </message>
    <message>
        <source>Copy to the clipboard only</source>
        <translation>Nur in die Zwischenablage kopieren</translation>
    </message>
    <message>
        <source>Copy with tra&amp;nslation</source>
        <translation>Mit Übersetzu&amp;ng kopieren</translation>
    </message>
    <message>
        <source>Copying to the clipboard only</source>
        <translation>Nur Kopieren in die Zwischenablage</translation>
    </message>
    <message>
        <source>Correct a misheard word in a text, and it is suggested here.</source>
        <translation>Korrigieren Sie ein falsch verstandenes Wort in einem Text, und es wird hier vorgeschlagen.</translation>
    </message>
    <message>
        <source>Correct it in the system's settings or in HTTPS_PROXY.</source>
        <translation>Korrigieren Sie sie in den Systemeinstellungen oder in HTTPS_PROXY.</translation>
    </message>
    <message>
        <source>Correct or remove the environment variable {name}, then start Saywrite again.</source>
        <translation>Korrigieren oder entfernen Sie die Umgebungsvariable {name}, und starten Sie Saywrite dann neu.</translation>
    </message>
    <message>
        <source>Correct or remove ~/.asoundrc, ~/.config/alsa/asoundrc and /etc/asound.conf, or install ALSA's configuration again (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib).</source>
        <translation>Korrigieren oder entfernen Sie ~/.asoundrc, ~/.config/alsa/asoundrc und /etc/asound.conf, oder installieren Sie die Konfiguration von ALSA neu (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib).</translation>
    </message>
    <message>
        <source>Correct the address in Settings &gt; Recognition.</source>
        <translation>Korrigieren Sie die Adresse unter Einstellungen &gt; Erkennung.</translation>
    </message>
    <message>
        <source>Correct the file before you edit keywords: saving keeps it under another name.</source>
        <translation>Korrigieren Sie die Datei, bevor Sie Schlüsselwörter bearbeiten: Beim Speichern wird sie unter einem anderen Namen aufbewahrt.</translation>
    </message>
    <message>
        <source>Create the folder again, or {elsewhere}.</source>
        <translation>Legen Sie den Ordner wieder an, oder {elsewhere}.</translation>
    </message>
    <message>
        <source>CSV table</source>
        <translation>CSV-Tabelle</translation>
    </message>
    <message>
        <source>CSV table (*.csv)</source>
        <translation>CSV-Tabelle (*.csv)</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>A&amp;usschneiden</translation>
    </message>
    <message>
        <source>cuts</source>
        <translation>ausschneiden</translation>
    </message>
    <message>
        <source>Damaged: its files are incomplete or were changed</source>
        <translation>Beschädigt: Die Dateien sind unvollständig oder wurden verändert</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>dark mode colors</source>
        <translation>Dunkelmodus dunkler Modus Nachtmodus heller Modus Farben Farbschema Design Thema</translation>
    </message>
    <message>
        <source>debug diagnostics</source>
        <translation>Debug Diagnose Fehlersuche Protokolldatei</translation>
    </message>
    <message>
        <source>Default: {default}</source>
        <translation>Standard: {default}</translation>
    </message>
    <message>
        <source>Default: {label}</source>
        <translation>Standard: {label}</translation>
    </message>
    <message>
        <source>Delete all &amp;remembered corrections</source>
        <translation>Alle gemerkten Korrekturen &amp;löschen</translation>
    </message>
    <message>
        <source>Detai&amp;ls…</source>
        <translation>Deta&amp;ils…</translation>
    </message>
    <message>
        <source>Details are kept with its text there.</source>
        <translation>Einzelheiten sind dort bei seinem Text gespeichert.</translation>
    </message>
    <message>
        <source>Details of the dictation</source>
        <translation>Details des Diktats</translation>
    </message>
    <message>
        <source>Details of this &amp;dictation…</source>
        <translation>Details dieses &amp;Diktats…</translation>
    </message>
    <message>
        <source>Diagnostics copied: no text, audio or key is in them</source>
        <translation>Diagnosedaten kopiert: ohne Text, Ton und Schlüssel</translation>
    </message>
    <message>
        <source>Dictate</source>
        <translation>Diktieren</translation>
    </message>
    <message>
        <source>Dictate (second key)</source>
        <translation>Diktieren (zweite Taste)</translation>
    </message>
    <message>
        <source>Dictate in {language}</source>
        <translation>Diktieren in: {language}</translation>
    </message>
    <message>
        <source>Dictate into the program in front</source>
        <translation>In das Programm im Vordergrund diktieren</translation>
    </message>
    <message>
        <source>Dictate something first.</source>
        <translation>Diktieren Sie zuerst etwas.</translation>
    </message>
    <message>
        <source>Dictate something; recordings are kept for as long as Settings &gt; Files and privacy says.</source>
        <translation>Diktieren Sie etwas; Aufnahmen werden so lange aufbewahrt, wie unter Einstellungen &gt; Dateien und Datenschutz angegeben.</translation>
    </message>
    <message>
        <source>Dictate with the second key</source>
        <translation>Mit der zweiten Taste diktieren</translation>
    </message>
    <message>
        <source>Dictate with {recognizer}</source>
        <translation>Diktieren mit: {recognizer}</translation>
    </message>
    <message>
        <source>dictating</source>
        <translation>Diktieren</translation>
    </message>
    <message>
        <source>Dictation</source>
        <translation>Diktat</translation>
    </message>
    <message>
        <source>Dictation failed, start again</source>
        <translation>Diktat fehlgeschlagen, erneut starten</translation>
    </message>
    <message>
        <source>Dictation {date}</source>
        <translation>Diktat {date}</translation>
    </message>
    <message>
        <source>Dictations</source>
        <translation>Diktate</translation>
    </message>
    <message>
        <source>Differences: {words}. They are marked. The dictation keeps its text.</source>
        <translation>Unterschiede: {words}. Sie sind markiert. Das Diktat behält seinen Text.</translation>
    </message>
    <message>
        <source>Discard recording</source>
        <translation>Aufnahme verwerfen</translation>
    </message>
    <message>
        <source>Discard this recording for good? Its words cannot be brought back.</source>
        <translation>Diese Aufnahme endgültig verwerfen? Ihre Worte lassen sich nicht zurückholen.</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>Verwerfen…</translation>
    </message>
    <message>
        <source>Disconnect at once</source>
        <translation>Sofort trennen</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Herunterladen</translation>
    </message>
    <message>
        <source>Download ({size})</source>
        <translation>Herunterladen ({size})</translation>
    </message>
    <message>
        <source>Download again</source>
        <translation>Erneut herunterladen</translation>
    </message>
    <message>
        <source>Download it again: saywrite models download {model}</source>
        <translation>Laden Sie es erneut herunter: saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition all the same, or use another network.</source>
        <translation>Laden Sie es unter Einstellungen &gt; Erkennung trotzdem herunter, oder verwenden Sie ein anderes Netzwerk.</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition, or with `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>Laden Sie es unter Einstellungen &gt; Erkennung oder mit `saywrite models download {model}` herunter. Was Sie bis dahin diktieren, wird aufgenommen und wird Text, sobald das Modell da ist.</translation>
    </message>
    <message>
        <source>Download it: saywrite models download {model}</source>
        <translation>Laden Sie es herunter: saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download models from</source>
        <translation>Modelle herunterladen von</translation>
    </message>
    <message>
        <source>Download of the model</source>
        <translation>Download des Modells</translation>
    </message>
    <message>
        <source>Download one in Settings → Recognition; then Saywrite waits for the phrase by itself.</source>
        <translation>Laden Sie eines unter Einstellungen → Erkennung herunter; dann wartet Saywrite von selbst auf den Sprachbefehl.</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Wird heruntergeladen</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>wird heruntergeladen</translation>
    </message>
    <message>
        <source>downloading {share} %</source>
        <translation>{share} % heruntergeladen</translation>
    </message>
    <message>
        <source>Drop sound files, videos or folders here, or choose them. They are transcribed one after the other.</source>
        <translation>Ziehen Sie Tondateien, Videos oder Ordner hierher, oder wählen Sie sie aus. Sie werden nacheinander transkribiert.</translation>
    </message>
    <message>
        <source>Each sentence is a line</source>
        <translation>Jeder Satz in eigener Zeile</translation>
    </message>
    <message>
        <source>Ed&amp;it</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>Edit it, or move it to another place.</source>
        <translation>Bearbeiten Sie sie oder verschieben Sie sie an einen anderen Ort.</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>End after a silence of</source>
        <translation>Beenden nach einer Stille von</translation>
    </message>
    <message>
        <source>End it first, or use --data.</source>
        <translation>Beenden Sie es zuerst oder verwenden Sie --data.</translation>
    </message>
    <message>
        <source>End it first.</source>
        <translation>Beenden Sie es zuerst.</translation>
    </message>
    <message>
        <source>End with one of {suffixes}.</source>
        <translation>Der Name muss auf eines von {suffixes} enden.</translation>
    </message>
    <message>
        <source>ends the display</source>
        <translation>die Anzeige beenden</translation>
    </message>
    <message>
        <source>ends the session</source>
        <translation>die Sitzung beenden</translation>
    </message>
    <message>
        <source>engine whisper aiola cloud offline</source>
        <translation>Engine Spracherkennung Whisper aiOla Cloud offline</translation>
    </message>
    <message>
        <source>English</source>
        <translation>Englisch</translation>
    </message>
    <message>
        <source>Enter an address like https://apis.aiola.ai in the settings.</source>
        <translation>Geben Sie in den Einstellungen eine Adresse wie https://apis.aiola.ai ein.</translation>
    </message>
    <message>
        <source>error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Escape cancels a dictation.</source>
        <translation>Esc bricht ein Diktat ab.</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>Export as</source>
        <translation>Exportieren als</translation>
    </message>
    <message>
        <source>Export into</source>
        <translation>Exportieren nach</translation>
    </message>
    <message>
        <source>Export its text instead.</source>
        <translation>Exportieren Sie stattdessen den Text.</translation>
    </message>
    <message>
        <source>Export keywords</source>
        <translation>Schlüsselwörter exportieren</translation>
    </message>
    <message>
        <source>Export keywords to a CSV or JSON file</source>
        <translation>Schlüsselwörter in eine CSV- oder JSON-Datei exportieren</translation>
    </message>
    <message>
        <source>export the text from the history</source>
        <translation>exportieren Sie den Text aus dem Verlauf</translation>
    </message>
    <message>
        <source>Export the transcript</source>
        <translation>Transkript exportieren</translation>
    </message>
    <message>
        <source>Export where my speech went</source>
        <translation>Exportieren, wohin meine Worte gingen</translation>
    </message>
    <message numerus="yes">
        <source>Export {n} dictations into a folder</source>
        <extracomment>Singular: Export {n} dictation into a folder</extracomment>
        <translation>
            <numerusform>{n} Diktat in einen Ordner exportieren</numerusform>
            <numerusform>{n} Diktate in einen Ordner exportieren</numerusform>
        </translation>
    </message>
    <message>
        <source>Exported to {name}</source>
        <translation>Nach {name} exportiert</translation>
    </message>
    <message>
        <source>Exported: {written:,} of {wanted:,}. This dictation and those below it in the list were not exported.</source>
        <translation>Exportiert: {written:,} von {wanted:,}. Dieses Diktat und die darunter in der Liste wurden nicht exportiert.</translation>
    </message>
    <message>
        <source>Failures only</source>
        <translation>Nur Fehler</translation>
    </message>
    <message>
        <source>Fewer errors, above all outside English; about four times the processor time of base.</source>
        <translation>Weniger Fehler, vor allem außerhalb des Englischen; etwa die vierfache Prozessorzeit von base.</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Files and privacy</source>
        <translation>Dateien und Datenschutz</translation>
    </message>
    <message>
        <source>Files to t&amp;ranscribe…</source>
        <translation>Zu t&amp;ranskribierende Dateien…</translation>
    </message>
    <message>
        <source>Files – Saywrite</source>
        <translation>Dateien – Saywrite</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Filter keywords</source>
        <translation>Schlüsselwörter filtern</translation>
    </message>
    <message>
        <source>Find in the transcript</source>
        <translation>Im Transkript suchen</translation>
    </message>
    <message>
        <source>Finished sentences</source>
        <translation>Fertige Sätze</translation>
    </message>
    <message>
        <source>Finishing</source>
        <translation>Wird abgeschlossen</translation>
    </message>
    <message>
        <source>finishing</source>
        <translation>wird abgeschlossen</translation>
    </message>
    <message>
        <source>Finishing the last words</source>
        <translation>Die letzten Wörter werden fertiggestellt</translation>
    </message>
    <message>
        <source>Finishing…</source>
        <translation>Wird abgeschlossen…</translation>
    </message>
    <message>
        <source>First sound to first words</source>
        <translation>Vom ersten Ton bis zu den ersten Wörtern</translation>
    </message>
    <message>
        <source>For another language or another recognizer.</source>
        <translation>Für eine andere Sprache oder einen anderen Erkenner.</translation>
    </message>
    <message>
        <source>For example: xterm = type, emacs = shift+insert. Other rules: ctrl+v, ctrl+shift+v, clipboard.</source>
        <translation>Zum Beispiel: xterm = type, emacs = shift+insert. Andere Regeln: ctrl+v, ctrl+shift+v, clipboard.</translation>
    </message>
    <message>
        <source>forces a program to quit</source>
        <translation>das Beenden eines Programms erzwingen</translation>
    </message>
    <message>
        <source>Free memory after</source>
        <translation>Speicher freigeben nach</translation>
    </message>
    <message>
        <source>Free some space on the disk that holds {place}.</source>
        <translation>Schaffen Sie Platz auf dem Datenträger, auf dem {place} liegt.</translation>
    </message>
    <message>
        <source>Free some space on the disk.</source>
        <translation>Schaffen Sie Platz auf dem Datenträger.</translation>
    </message>
    <message>
        <source>Free some space on this disk, then download the model again: it goes on where it was.</source>
        <translation>Schaffen Sie Platz auf diesem Datenträger und laden Sie das Modell dann erneut herunter: Der Download geht dort weiter, wo er war.</translation>
    </message>
    <message>
        <source>Free some space, then stop the dictation.</source>
        <translation>Schaffen Sie Platz und stoppen Sie dann das Diktat.</translation>
    </message>
    <message>
        <source>French</source>
        <translation>Französisch</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>German</source>
        <translation>Deutsch</translation>
    </message>
    <message>
        <source>Give your user write permission for this folder, or {elsewhere}.</source>
        <translation>Geben Sie Ihrem Benutzer Schreibrechte für diesen Ordner, oder {elsewhere}.</translation>
    </message>
    <message>
        <source>Go back to the window where you started</source>
        <translation>Zum Fenster zurückkehren, in dem Sie begonnen haben</translation>
    </message>
    <message>
        <source>Go to the end of the transcript (Ctrl+End)</source>
        <translation>Zum Ende des Transkripts gehen (Strg+Ende)</translation>
    </message>
    <message>
        <source>goes back in browsers and file managers</source>
        <translation>in Browsern und Dateimanagern zurückgehen</translation>
    </message>
    <message>
        <source>goes forward in browsers and file managers</source>
        <translation>in Browsern und Dateimanagern vorwärtsgehen</translation>
    </message>
    <message>
        <source>Good everyday dictation on any computer.</source>
        <translation>Gut für das alltägliche Diktieren auf jedem Computer.</translation>
    </message>
    <message>
        <source>Good: Saywrite hears you.</source>
        <translation>Gut: Saywrite hört Sie.</translation>
    </message>
    <message>
        <source>Hands-free</source>
        <translation>Freihändig</translation>
    </message>
    <message>
        <source>Hands-free from the start</source>
        <translation>Freihändig ab Programmstart</translation>
    </message>
    <message>
        <source>Hands-free key</source>
        <translation>Taste für den freihändigen Modus</translation>
    </message>
    <message>
        <source>Hands-free mode on and off</source>
        <translation>Freihändigen Modus ein- und ausschalten</translation>
    </message>
    <message>
        <source>hands-free voice stop listening</source>
        <translation>Freihand freihändig Stimme stoppen beenden zuhören Stille Pause</translation>
    </message>
    <message>
        <source>Hands-free: cannot listen</source>
        <translation>Freihändig: kann nicht zuhören</translation>
    </message>
    <message>
        <source>Hands-free: paused</source>
        <translation>Freihändig: pausiert</translation>
    </message>
    <message>
        <source>Hands-free: say “{phrase}”</source>
        <translation>Freihändig: „{phrase}“ sagen</translation>
    </message>
    <message>
        <source>Hands-free: “{phrase}” ends the dictation</source>
        <translation>Freihändig: „{phrase}“ beendet das Diktat</translation>
    </message>
    <message>
        <source>Hear from here</source>
        <translation>Ab hier anhören</translation>
    </message>
    <message>
        <source>heard 00:00 · sent 00:00 · text 00:00</source>
        <translation>gehört 00:00 · gesendet 00:00 · Text 00:00</translation>
    </message>
    <message>
        <source>heard 00:00 · text 00:00</source>
        <translation>gehört 00:00 · Text 00:00</translation>
    </message>
    <message>
        <source>heard {heard}</source>
        <translation>gehört {heard}</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>Ausblenden</translation>
    </message>
    <message>
        <source>Hide the unfinished dictations</source>
        <translation>Unfertige Diktate ausblenden</translation>
    </message>
    <message>
        <source>hides a program</source>
        <translation>ein Programm ausblenden</translation>
    </message>
    <message>
        <source>History – Saywrite</source>
        <translation>Verlauf – Saywrite</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>Treffer</translation>
    </message>
    <message>
        <source>Hits of the selected keyword</source>
        <translation>Treffer des ausgewählten Schlüsselworts</translation>
    </message>
    <message>
        <source>Hits: not tried</source>
        <translation>Treffer: nicht getestet</translation>
    </message>
    <message>
        <source>Hits: {hits}</source>
        <translation>Treffer: {hits}</translation>
    </message>
    <message>
        <source>Hold a key, speak, let go</source>
        <translation>Taste halten, sprechen, loslassen</translation>
    </message>
    <message>
        <source>Hold the key</source>
        <translation>Halten Sie die Taste</translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation>Zum Sprechen halten</translation>
    </message>
    <message>
        <source>Hold to talk, or tap to start and stop</source>
        <translation>Zum Sprechen halten oder zum Starten und Stoppen kurz drücken</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say any sentence, and let go.</source>
        <translation>Halten Sie {hotkey}, sagen Sie einen beliebigen Satz und lassen Sie los.</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say “one, two, three”, and let go:</source>
        <translation>Halten Sie {hotkey}, sagen Sie „eins, zwei, drei“ und lassen Sie los:</translation>
    </message>
    <message>
        <source>Hold {key} in any program</source>
        <translation>Halten Sie {key} in einem beliebigen Programm</translation>
    </message>
    <message>
        <source>How much was recorded, and up to where it has become text</source>
        <translation>Wie viel aufgenommen wurde und bis wohin es Text geworden ist</translation>
    </message>
    <message>
        <source>How the text gets into other programs.</source>
        <translation>Wie der Text in andere Programme gelangt.</translation>
    </message>
    <message>
        <source>I &amp;speak</source>
        <translation>&amp;Ich spreche</translation>
    </message>
    <message>
        <source>If it is not there, choose “Insert again”.</source>
        <translation>Wenn er nicht da ist, wählen Sie „Erneut einfügen“.</translation>
    </message>
    <message>
        <source>If more is expected, copy the file again.</source>
        <translation>Wenn mehr darin sein müsste, kopieren Sie die Datei noch einmal.</translation>
    </message>
    <message>
        <source>If the window changed</source>
        <translation>Wenn das Fenster gewechselt hat</translation>
    </message>
    <message>
        <source>If these are missed, copy the file again.</source>
        <translation>Wenn sie fehlen, kopieren Sie die Datei noch einmal.</translation>
    </message>
    <message>
        <source>If this is off, each sentence appears when it ends, and recognition needs a tenth of the processor time.</source>
        <translation>Ist dies ausgeschaltet, erscheint jeder Satz erst an seinem Ende, und die Erkennung braucht ein Zehntel der Prozessorzeit.</translation>
    </message>
    <message>
        <source>If this is on, what you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>Ist dies eingeschaltet, merkt sich dieser Computer, was Sie in einem Text korrigieren, solange dessen Diktat im Verlauf ist.</translation>
    </message>
    <message>
        <source>If you say “comma”, a comma is written.</source>
        <translation>Wenn Sie „Komma“ sagen, wird ein Komma geschrieben.</translation>
    </message>
    <message>
        <source>If your company inspects traffic, have its certificate installed in the system; otherwise do not use this network.</source>
        <translation>Wenn Ihre Firma den Datenverkehr prüft, lassen Sie ihr Zertifikat im System installieren; verwenden Sie dieses Netzwerk sonst nicht.</translation>
    </message>
    <message>
        <source>Import keywords</source>
        <translation>Schlüsselwörter importieren</translation>
    </message>
    <message>
        <source>Import keywords from a CSV or JSON file</source>
        <translation>Schlüsselwörter aus einer CSV- oder JSON-Datei importieren</translation>
    </message>
    <message>
        <source>In every program</source>
        <translation>In jedem Programm</translation>
    </message>
    <message>
        <source>In Settings → Privacy &amp; security → Microphone, switch on “Let desktop apps access your microphone”.</source>
        <translation>Schalten Sie unter Einstellungen → Datenschutz und Sicherheit → Mikrofon „Desktop-Apps den Zugriff auf Ihr Mikrofon erlauben“ ein.</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind a key to each command shown in Saywrite's settings.</source>
        <translation>Weisen Sie in den Tastatureinstellungen des Desktops jedem Befehl, den die Einstellungen von Saywrite zeigen, eine Taste zu.</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind this command to a key</source>
        <translation>Diesen Befehl in den Tastatureinstellungen des Desktops an eine Taste binden</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>Wird verwendet</translation>
    </message>
    <message numerus="yes">
        <source>in {n:,} places</source>
        <extracomment>Singular: in {n:,} place</extracomment>
        <translation>
            <numerusform>an {n:,} Stelle</numerusform>
            <numerusform>an {n:,} Stellen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in {n} places</source>
        <extracomment>Singular: in {n} place</extracomment>
        <translation>
            <numerusform>an {n} Stelle</numerusform>
            <numerusform>an {n} Stellen</numerusform>
        </translation>
    </message>
    <message>
        <source>info</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>input device headset</source>
        <translation>Eingabegerät Eingang Headset Kopfhörer Mikro</translation>
    </message>
    <message>
        <source>Insert adds a keyword, F2 edits, Delete removes.</source>
        <translation>Einfg fügt ein Schlüsselwort hinzu, F2 bearbeitet, Entf entfernt.</translation>
    </message>
    <message>
        <source>Insert into the window in front</source>
        <translation>In das Fenster im Vordergrund einfügen</translation>
    </message>
    <message>
        <source>Insert text by</source>
        <translation>Text einfügen durch</translation>
    </message>
    <message>
        <source>Insert the last text &amp;again</source>
        <translation>Letzten Text &amp;erneut einfügen</translation>
    </message>
    <message>
        <source>Inserted into {program}</source>
        <translation>In {program} eingefügt</translation>
    </message>
    <message>
        <source>Insertion</source>
        <translation>Einfügen</translation>
    </message>
    <message>
        <source>Install a newer Saywrite.</source>
        <translation>Installieren Sie ein neueres Saywrite.</translation>
    </message>
    <message>
        <source>Install and start a Secret Service, such as gnome-keyring or KWallet.</source>
        <translation>Installieren und starten Sie einen Secret Service wie gnome-keyring oder KWallet.</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) and start Saywrite again.</source>
        <translation>Installieren Sie sie (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) und starten Sie Saywrite neu.</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libpulse0).</source>
        <translation>Installieren Sie sie (Debian, Ubuntu: libpulse0).</translation>
    </message>
    <message>
        <source>Install it with “brew install portaudio” and start Saywrite again.</source>
        <translation>Installieren Sie sie mit „brew install portaudio“ und starten Sie Saywrite neu.</translation>
    </message>
    <message>
        <source>Install its bridge (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</source>
        <translation>Installieren Sie die Brücke dafür (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</translation>
    </message>
    <message>
        <source>Install Saywrite again (“pip install ctranslate2”), or choose aiOla as the recognizer.</source>
        <translation>Installieren Sie Saywrite neu („pip install ctranslate2“) oder wählen Sie aiOla als Erkenner.</translation>
    </message>
    <message>
        <source>Install Saywrite again.</source>
        <translation>Installieren Sie Saywrite neu.</translation>
    </message>
    <message>
        <source>Install Saywrite again: its package “sounddevice” brings the library along.</source>
        <translation>Installieren Sie Saywrite neu: Sein Paket „sounddevice“ bringt die Bibliothek mit.</translation>
    </message>
    <message>
        <source>is Windows' own dictation</source>
        <translation>Windows-eigenes Diktat</translation>
    </message>
    <message>
        <source>it answers with a web page</source>
        <translation>die Antwort ist eine Webseite</translation>
    </message>
    <message>
        <source>it answers with an error (HTTP {status})</source>
        <translation>die Antwort ist ein Fehler (HTTP {status})</translation>
    </message>
    <message>
        <source>it answers with something else than asked for</source>
        <translation>die Antwort ist etwas anderes als das Angeforderte</translation>
    </message>
    <message>
        <source>it cannot be reached</source>
        <translation>nicht erreichbar</translation>
    </message>
    <message>
        <source>it cannot prove that it is the right server</source>
        <translation>der Server kann sich nicht ausweisen</translation>
    </message>
    <message>
        <source>it does not answer</source>
        <translation>keine Antwort</translation>
    </message>
    <message>
        <source>it does not have the file</source>
        <translation>die Datei ist dort nicht vorhanden</translation>
    </message>
    <message>
        <source>It goes on in {wait}.</source>
        <translation>Es geht in {wait} weiter.</translation>
    </message>
    <message>
        <source>it has another file under this name</source>
        <translation>unter diesem Namen liegt dort eine andere Datei</translation>
    </message>
    <message>
        <source>it has no {file}</source>
        <translation>{file} fehlt dort</translation>
    </message>
    <message>
        <source>it holds a broken character.</source>
        <translation>ein Zeichen ist beschädigt.</translation>
    </message>
    <message>
        <source>It holds no words, nothing was saved.</source>
        <translation>Sie enthält keine Wörter, nichts wurde gespeichert.</translation>
    </message>
    <message>
        <source>It is downloaded again.</source>
        <translation>Es wird erneut heruntergeladen.</translation>
    </message>
    <message>
        <source>It is in the history and can be copied from there.</source>
        <translation>Er ist im Verlauf und kann von dort kopiert werden.</translation>
    </message>
    <message>
        <source>It is made again by itself.</source>
        <translation>Sie wird von selbst wiederhergestellt.</translation>
    </message>
    <message>
        <source>It is removed when Saywrite is uninstalled.</source>
        <translation>Es wird bei der Deinstallation von Saywrite entfernt.</translation>
    </message>
    <message>
        <source>It is tried again when the network changes.</source>
        <translation>Es wird erneut versucht, wenn sich das Netzwerk ändert.</translation>
    </message>
    <message>
        <source>It is tried again; check the addresses in {settings}.</source>
        <translation>Es wird erneut versucht; prüfen Sie die Adressen unter {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; check the network and the addresses in {settings}.</source>
        <translation>Es wird erneut versucht; prüfen Sie das Netzwerk und die Adressen unter {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; check the network connection.</source>
        <translation>Es wird erneut versucht; prüfen Sie die Netzwerkverbindung.</translation>
    </message>
    <message>
        <source>It is tried again; check the proxy in the system's settings.</source>
        <translation>Es wird erneut versucht; prüfen Sie den Proxy in den Systemeinstellungen.</translation>
    </message>
    <message>
        <source>It is tried again; end those on other computers or in other programs.</source>
        <translation>Es wird erneut versucht; beenden Sie Diktate auf anderen Computern oder in anderen Programmen.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask aiOla.</source>
        <translation>Es wird erneut versucht; wenn es so bleibt, fragen Sie aiOla.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask whoever runs your network to let WebSockets pass.</source>
        <translation>Es wird erneut versucht; wenn es so bleibt, bitten Sie den Betreiber Ihres Netzwerks, WebSockets durchzulassen.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, check the addresses in {settings}.</source>
        <translation>Es wird erneut versucht; wenn es so bleibt, prüfen Sie die Adressen unter {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, the log tells more.</source>
        <translation>Es wird erneut versucht; wenn es so bleibt, steht mehr dazu im Protokoll.</translation>
    </message>
    <message>
        <source>It may have been removed; nothing was changed.</source>
        <translation>Es wurde vielleicht entfernt; nichts wurde geändert.</translation>
    </message>
    <message>
        <source>it points to an address that is not secure</source>
        <translation>es wird auf eine unsichere Adresse verwiesen</translation>
    </message>
    <message>
        <source>it redirects without end</source>
        <translation>endlose Weiterleitung</translation>
    </message>
    <message>
        <source>it refuses access (HTTP {status})</source>
        <translation>der Zugriff wird verweigert (HTTP {status})</translation>
    </message>
    <message>
        <source>it sends another part of the file than asked for</source>
        <translation>es kommt ein anderer Teil der Datei als der angeforderte</translation>
    </message>
    <message>
        <source>it sends more bytes than the file has</source>
        <translation>es kommen mehr Bytes, als die Datei hat</translation>
    </message>
    <message>
        <source>it sends other bytes than the published ones</source>
        <translation>es kommen andere Bytes als die veröffentlichten</translation>
    </message>
    <message>
        <source>It was kept as {name} beside it; the defaults are used.</source>
        <translation>Die Datei wird daneben als {name} aufbewahrt; es gelten die Standardwerte.</translation>
    </message>
    <message>
        <source>It was left as it is; the defaults are used. Repair or move it.</source>
        <translation>Die Datei blieb, wie sie ist; es gelten die Standardwerte. Reparieren oder verschieben Sie sie.</translation>
    </message>
    <message>
        <source>It works in every program.</source>
        <translation>Die Taste wirkt in jedem Programm.</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>Italienisch</translation>
    </message>
    <message>
        <source>its address cannot be read</source>
        <translation>die Adresse ist nicht lesbar</translation>
    </message>
    <message>
        <source>its packages do not hold the model</source>
        <translation>die Pakete enthalten das Modell nicht</translation>
    </message>
    <message>
        <source>Its page says what is new, and how to install it.</source>
        <translation>Auf der Seite dieser Version steht, was neu ist und wie man sie installiert.</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds.</source>
        <translation>Die Aufnahme wird noch einige Sekunden aufbewahrt.</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds. The menu of this icon offers to undo it.</source>
        <translation>Die Aufnahme wird noch einige Sekunden aufbewahrt. Im Menü dieses Symbols können Sie den Abbruch rückgängig machen.</translation>
    </message>
    <message>
        <source>Its text could not be written to the history.</source>
        <translation>Ihr Text konnte nicht in den Verlauf geschrieben werden.</translation>
    </message>
    <message>
        <source>Its text is unchanged.</source>
        <translation>Sein Text ist unverändert.</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>Japanisch</translation>
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
        <translation>&amp;Taste</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Keep line breaks</source>
        <translation>Zeilenumbrüche beibehalten</translation>
    </message>
    <message>
        <source>Keep recordings</source>
        <translation>Aufnahmen aufbewahren</translation>
    </message>
    <message>
        <source>Keep running when closed</source>
        <translation>Nach dem Schließen weiterlaufen</translation>
    </message>
    <message>
        <source>Keep Saywrite open; close what else keeps the disk busy.</source>
        <translation>Lassen Sie Saywrite geöffnet; schließen Sie andere Programme, die den Datenträger auslasten.</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>Key to first sound</source>
        <translation>Von der Taste bis zum ersten Ton</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Keys are kept in {name}.</source>
        <translation>Schlüssel werden in {name} aufbewahrt.</translation>
    </message>
    <message>
        <source>Keyword lab</source>
        <translation>Schlüsselwort-Labor</translation>
    </message>
    <message>
        <source>Keywords</source>
        <translation>Schlüsselwörter</translation>
    </message>
    <message>
        <source>Keywords (*.csv *.json *.txt)</source>
        <translation>Schlüsselwörter (*.csv *.json *.txt)</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Language of the program</source>
        <translation>Sprache des Programms</translation>
    </message>
    <message>
        <source>Language of the second key</source>
        <translation>Sprache der zweiten Taste</translation>
    </message>
    <message>
        <source>Leave it empty for the folder that you used last.</source>
        <translation>Leer lassen für den zuletzt benutzten Ordner.</translation>
    </message>
    <message>
        <source>Left and right walk through them.</source>
        <translation>Mit Links und Rechts gehen Sie durch die Äußerungen.</translation>
    </message>
    <message>
        <source>Left {key}</source>
        <translation>{key} links</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>Length of the recording</source>
        <translation>Länge der Aufnahme</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>Weniger</translation>
    </message>
    <message>
        <source>Let go of all keys and try again.</source>
        <translation>Lassen Sie alle Tasten los und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>libpulse-simple is missing.</source>
        <translation>libpulse-simple fehlt.</translation>
    </message>
    <message>
        <source>libraries that PyAV's wheels carry</source>
        <translation>Bibliotheken, die die Wheels von PyAV enthalten</translation>
    </message>
    <message>
        <source>Licenses</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Line breaks in terminals</source>
        <translation>Zeilenumbrüche in Terminals</translation>
    </message>
    <message>
        <source>Line {line}: {what}</source>
        <translation>Zeile {line}: {what}</translation>
    </message>
    <message>
        <source>Lines that were not imported</source>
        <translation>Zeilen, die nicht importiert wurden</translation>
    </message>
    <message>
        <source>Listen</source>
        <translation>Anhören</translation>
    </message>
    <message>
        <source>Listen before the key press</source>
        <translation>Schon vor dem Tastendruck zuhören</translation>
    </message>
    <message>
        <source>Listen to the sounds</source>
        <translation>Signaltöne anhören</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Hört zu</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>hört zu</translation>
    </message>
    <message>
        <source>Listening. Speak now.</source>
        <translation>Saywrite hört zu. Sprechen Sie jetzt.</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Hört zu…</translation>
    </message>
    <message>
        <source>loading…</source>
        <translation>lädt…</translation>
    </message>
    <message>
        <source>loads when needed</source>
        <translation>lädt bei Bedarf</translation>
    </message>
    <message>
        <source>locks the screen</source>
        <translation>den Bildschirm sperren</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Log out and in again, then try again.</source>
        <translation>Melden Sie sich ab und wieder an und versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>Longest dictation</source>
        <translation>Höchstdauer eines Diktats</translation>
    </message>
    <message>
        <source>Longest sentence</source>
        <translation>Höchstdauer eines Satzes</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>Modelle werden gesucht…</translation>
    </message>
    <message>
        <source>Looking for updates…</source>
        <translation>Es wird nach Updates gesucht…</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Wird gesucht…</translation>
    </message>
    <message>
        <source>macOS does not give {chord} to programs ({code}).</source>
        <translation>macOS gibt {chord} nicht an Programme weiter ({code}).</translation>
    </message>
    <message>
        <source>macOS does not let Saywrite insert text yet. The text is on the clipboard.</source>
        <translation>macOS lässt Saywrite noch keinen Text einfügen. Der Text ist in der Zwischenablage.</translation>
    </message>
    <message>
        <source>macOS does not report {chord} to other programs.</source>
        <translation>macOS meldet {chord} nicht an andere Programme.</translation>
    </message>
    <message>
        <source>Make it writable for your user, then try again.</source>
        <translation>Geben Sie Ihrem Benutzer Schreibrechte dafür und versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>Make it writable, or {elsewhere}.</source>
        <translation>Machen Sie ihn beschreibbar, oder {elsewhere}.</translation>
    </message>
    <message>
        <source>Make the file readable for your user and start Saywrite again.</source>
        <translation>Machen Sie die Datei für Ihren Benutzer lesbar und starten Sie Saywrite neu.</translation>
    </message>
    <message>
        <source>Make the file readable for your user.</source>
        <translation>Machen Sie die Datei für Ihren Benutzer lesbar.</translation>
    </message>
    <message>
        <source>Make the folder {parent} writable for your user, or start with --data and another folder.</source>
        <translation>Geben Sie Ihrem Benutzer Schreibrechte für den Ordner {parent}, oder starten Sie mit --data und einem anderen Ordner.</translation>
    </message>
    <message>
        <source>Mark words heard differently</source>
        <translation>Anders gehörte Wörter markieren</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>Match &amp;case</source>
        <translation>&amp;Groß-/Kleinschreibung beachten</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation>Mikrofonpegel</translation>
    </message>
    <message>
        <source>Microphone level: {value}</source>
        <translation>Mikrofonpegel: {value}</translation>
    </message>
    <message>
        <source>milliseconds</source>
        <translation>Millisekunden</translation>
    </message>
    <message>
        <source>minus {number}</source>
        <translation>minus {number}</translation>
    </message>
    <message>
        <source>mirror offline</source>
        <translation>Spiegelserver Mirror offline</translation>
    </message>
    <message>
        <source>Missing sound</source>
        <translation>Fehlender Ton</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>model damaged</source>
        <translation>Modell beschädigt</translation>
    </message>
    <message>
        <source>Models come over https only, so that nobody can change them on the way. Write https:// before the host.</source>
        <translation>Modelle kommen nur über https, damit niemand sie unterwegs verändern kann. Schreiben Sie https:// vor den Host.</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>Modelle…</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>Monat</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>Bewegung</translation>
    </message>
    <message>
        <source>Mouse {number}</source>
        <translation>Maustaste {number}</translation>
    </message>
    <message>
        <source>Move away a little, or lower the input level in the sound settings of this computer.</source>
        <translation>Gehen Sie etwas weiter weg oder senken Sie den Eingangspegel in den Toneinstellungen dieses Computers.</translation>
    </message>
    <message>
        <source>Move it to another place, or start with --data and another folder.</source>
        <translation>Verschieben Sie es an einen anderen Ort, oder starten Sie mit --data und einem anderen Ordner.</translation>
    </message>
    <message>
        <source>Moved to {label} in the sound settings.</source>
        <translation>In den Toneinstellungen zu {label} gewechselt.</translation>
    </message>
    <message>
        <source>must be a whole number</source>
        <translation>muss eine ganze Zahl sein</translation>
    </message>
    <message>
        <source>must be between {minimum} and {maximum}</source>
        <translation>muss zwischen {minimum} und {maximum} liegen</translation>
    </message>
    <message>
        <source>must be one of {names}</source>
        <translation>muss einer dieser Werte sein: {names}</translation>
    </message>
    <message>
        <source>must be text in quotes</source>
        <translation>muss Text in Anführungszeichen sein</translation>
    </message>
    <message>
        <source>must be text of at most {limit} characters</source>
        <translation>muss Text mit höchstens {limit} Zeichen sein</translation>
    </message>
    <message>
        <source>must be true or false</source>
        <translation>muss true oder false sein</translation>
    </message>
    <message>
        <source>Name of the saved text</source>
        <translation>Name des gespeicherten Textes</translation>
    </message>
    <message>
        <source>Name the sound files in it.</source>
        <translation>Geben Sie die Tondateien darin an.</translation>
    </message>
    <message>
        <source>Native libraries and tables</source>
        <translation>Native Bibliotheken und Tabellen</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nie</translation>
    </message>
    <message>
        <source>New paragraph after a pause of</source>
        <translation>Neuer Absatz nach einer Pause von</translation>
    </message>
    <message>
        <source>New text</source>
        <translation>Neuer Text</translation>
    </message>
    <message>
        <source>New text: go to the end of the transcript</source>
        <translation>Neuer Text: zum Ende des Transkripts gehen</translation>
    </message>
    <message>
        <source>Next (F3)</source>
        <translation>Weiter (F3)</translation>
    </message>
    <message>
        <source>No dictations yet. What you dictate is kept here.</source>
        <translation>Noch keine Diktate. Was Sie diktieren, wird hier aufbewahrt.</translation>
    </message>
    <message>
        <source>No files</source>
        <translation>Keine Dateien</translation>
    </message>
    <message>
        <source>No keyword could be read from this {kind} file. Line {line}: {what}</source>
        <translation>Aus dieser {kind}-Datei konnte kein Schlüsselwort gelesen werden. Zeile {line}: {what}</translation>
    </message>
    <message>
        <source>No keyword has these letters.</source>
        <translation>Kein Schlüsselwort enthält diese Buchstaben.</translation>
    </message>
    <message>
        <source>No keyword is in your last dictations.</source>
        <translation>In Ihren letzten Diktaten kommt kein Schlüsselwort vor.</translation>
    </message>
    <message>
        <source>No microphone found</source>
        <translation>Kein Mikrofon gefunden</translation>
    </message>
    <message>
        <source>No microphone is connected.</source>
        <translation>Es ist kein Mikrofon angeschlossen.</translation>
    </message>
    <message>
        <source>No microphone was found.</source>
        <translation>Es wurde kein Mikrofon gefunden.</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>kein Modell</translation>
    </message>
    <message>
        <source>no model yet</source>
        <translation>noch kein Modell</translation>
    </message>
    <message>
        <source>No recognizer of this version does. The language stays as it was.</source>
        <translation>Kein Erkenner dieser Version kennt sie. Die Sprache bleibt, wie sie war.</translation>
    </message>
    <message>
        <source>No secure connection to {host} can be made ({detail}).</source>
        <translation>Zu {host} lässt sich keine sichere Verbindung herstellen ({detail}).</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>Keine Einstellung enthält diese Wörter.</translation>
    </message>
    <message>
        <source>No sound files are in this folder.</source>
        <translation>In diesem Ordner sind keine Tondateien.</translation>
    </message>
    <message>
        <source>No text</source>
        <translation>Kein Text</translation>
    </message>
    <message>
        <source>No translation</source>
        <translation>Keine Übersetzung</translation>
    </message>
    <message>
        <source>No words were recognized.</source>
        <translation>Es wurden keine Wörter erkannt.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>None: press to choose</source>
        <translation>Keine: zum Wählen drücken</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>not connected</source>
        <translation>nicht verbunden</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>nicht gefunden</translation>
    </message>
    <message>
        <source>Not on this computer</source>
        <translation>Nicht auf diesem Computer</translation>
    </message>
    <message>
        <source>not valid JSON from here on.</source>
        <translation>ab hier kein gültiges JSON.</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message>
        <source>Nothing found for “{words}” with these filters.</source>
        <translation>Mit diesen Filtern nichts gefunden für „{words}“.</translation>
    </message>
    <message>
        <source>Nothing found for “{words}”.</source>
        <translation>Nichts gefunden für „{words}“.</translation>
    </message>
    <message>
        <source>Nothing is recorded on disk yet.</source>
        <translation>Noch ist keine Aufnahme auf dem Datenträger.</translation>
    </message>
    <message>
        <source>Nothing is saved yet; new sound is kept in memory.</source>
        <translation>Noch ist nichts gespeichert; neuer Ton bleibt im Arbeitsspeicher.</translation>
    </message>
    <message>
        <source>Nothing leaves this computer</source>
        <translation>Nichts verlässt diesen Computer</translation>
    </message>
    <message>
        <source>Nothing left this computer</source>
        <translation>Nichts hat diesen Computer verlassen</translation>
    </message>
    <message>
        <source>Nothing matches these filters.</source>
        <translation>Nichts passt zu diesen Filtern.</translation>
    </message>
    <message>
        <source>nothing may leave this computer</source>
        <translation>nichts darf diesen Computer verlassen</translation>
    </message>
    <message>
        <source>Nothing measured yet. Dictate something; how long each step took is kept with its text.</source>
        <translation>Noch nichts gemessen. Diktieren Sie etwas; wie lange jeder Schritt dauerte, wird bei seinem Text gespeichert.</translation>
    </message>
    <message>
        <source>nothing new</source>
        <translation>nichts Neues</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>Nichts wurde geändert.</translation>
    </message>
    <message>
        <source>Nothing was dictated this month yet.</source>
        <translation>In diesem Monat wurde noch nichts diktiert.</translation>
    </message>
    <message>
        <source>Nothing was dictated yet.</source>
        <translation>Es wurde noch nichts diktiert.</translation>
    </message>
    <message>
        <source>Nothing was pasted: a text of the transcript has at most {most:,} characters.</source>
        <translation>Nichts wurde eingefügt: Ein Text im Transkript hat höchstens {most:,} Zeichen.</translation>
    </message>
    <message>
        <source>Nothing you dictated has left this computer.</source>
        <translation>Nichts von dem, was Sie diktiert haben, hat diesen Computer verlassen.</translation>
    </message>
    <message>
        <source>Now recording from {device}.</source>
        <translation>Jetzt wird mit {device} aufgenommen.</translation>
    </message>
    <message>
        <source>Nowhere: nothing left this computer</source>
        <translation>Nirgendwohin: Nichts hat diesen Computer verlassen</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
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
        <translation>Auf diesem Computer</translation>
    </message>
    <message>
        <source>On, and clicks reach the window below</source>
        <translation>An, und Klicks erreichen das Fenster darunter</translation>
    </message>
    <message>
        <source>On, and it can be dragged</source>
        <translation>An, und es lässt sich verschieben</translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation>Einen Moment…</translation>
    </message>
    <message>
        <source>Only while aiOla cannot be reached</source>
        <translation>Nur solange aiOla nicht erreichbar ist</translation>
    </message>
    <message>
        <source>Open a browser and sign in to this network; then it goes on.</source>
        <translation>Öffnen Sie einen Browser und melden Sie sich bei diesem Netzwerk an; dann geht es weiter.</translation>
    </message>
    <message>
        <source>Open a web page in the browser and sign in to the network, then try again.</source>
        <translation>Öffnen Sie im Browser eine Webseite, melden Sie sich beim Netzwerk an und versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>Open the page</source>
        <translation>Seite öffnen</translation>
    </message>
    <message>
        <source>opening the stream</source>
        <translation>Öffnen des Streams</translation>
    </message>
    <message>
        <source>opens a terminal</source>
        <translation>ein Terminal öffnen</translation>
    </message>
    <message>
        <source>opens help</source>
        <translation>die Hilfe öffnen</translation>
    </message>
    <message>
        <source>opens Spotlight</source>
        <translation>Spotlight öffnen</translation>
    </message>
    <message>
        <source>opens the clipboard history</source>
        <translation>den Zwischenablageverlauf öffnen</translation>
    </message>
    <message>
        <source>opens the menu of a window</source>
        <translation>das Menü eines Fensters öffnen</translation>
    </message>
    <message>
        <source>opens the settings</source>
        <translation>öffnet die Einstellungen</translation>
    </message>
    <message>
        <source>opens the start menu</source>
        <translation>das Startmenü öffnen</translation>
    </message>
    <message>
        <source>Or put an API key into {key_variable}.</source>
        <translation>Oder tragen Sie einen API-Schlüssel in {key_variable} ein.</translation>
    </message>
    <message>
        <source>Over 10 min</source>
        <translation>Über 10 min</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>Overlay</translation>
    </message>
    <message>
        <source>Pages of settings</source>
        <translation>Seiten der Einstellungen</translation>
    </message>
    <message>
        <source>Paste it where you want it.</source>
        <translation>Fügen Sie ihn ein, wo Sie ihn haben möchten.</translation>
    </message>
    <message>
        <source>paste type clipboard</source>
        <translation>einfügen tippen eingeben Zwischenablage</translation>
    </message>
    <message>
        <source>Paste your {label} here</source>
        <translation>{label} hier einfügen</translation>
    </message>
    <message>
        <source>pastes</source>
        <translation>einfügen</translation>
    </message>
    <message>
        <source>Pasting</source>
        <translation>Einfügen aus der Zwischenablage</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Pause between sentences</source>
        <translation>Pause zwischen Sätzen</translation>
    </message>
    <message>
        <source>Paused at {done}</source>
        <translation>Angehalten bei {done}</translation>
    </message>
    <message>
        <source>paused at {share} %</source>
        <translation>angehalten bei {share} %</translation>
    </message>
    <message>
        <source>pill floating</source>
        <translation>schwebend schwebendes Fenster Einblendung</translation>
    </message>
    <message>
        <source>Plain &amp;text</source>
        <translation>&amp;Nur Text</translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation>Nur Text</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Play (Ctrl+P)</source>
        <translation>Abspielen (Strg+P)</translation>
    </message>
    <message>
        <source>Play a sound at the start</source>
        <translation>Signalton zu Beginn abspielen</translation>
    </message>
    <message>
        <source>Play sounds</source>
        <translation>Signaltöne abspielen</translation>
    </message>
    <message>
        <source>Plug in a microphone or switch it on, then try again.</source>
        <translation>Schließen Sie ein Mikrofon an oder schalten Sie es ein und versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>Plug in a speaker or headphones, or choose an output in the sound settings.</source>
        <translation>Schließen Sie einen Lautsprecher oder Kopfhörer an, oder wählen Sie in den Toneinstellungen eine Ausgabe.</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>Portugiesisch</translation>
    </message>
    <message>
        <source>preparing…</source>
        <translation>wird vorbereitet…</translation>
    </message>
    <message>
        <source>preroll listen ahead</source>
        <translation>Vorlauf Vorlaufzeit vorher mithören</translation>
    </message>
    <message>
        <source>Present text: {origin}</source>
        <translation>Jetziger Text: {origin}</translation>
    </message>
    <message>
        <source>Press a key, speak, press it again</source>
        <translation>Taste drücken, sprechen, noch einmal drücken</translation>
    </message>
    <message>
        <source>Press Start and speak</source>
        <translation>Drücken Sie „Start“ und sprechen Sie</translation>
    </message>
    <message>
        <source>Press Start and speak.</source>
        <translation>Drücken Sie „Starten“ und sprechen Sie.</translation>
    </message>
    <message>
        <source>Press the keys… (Esc: leave it)</source>
        <translation>Drücken Sie die Tasten… (Esc: nichts ändern)</translation>
    </message>
    <message>
        <source>Press {hotkey}, say any sentence, and press it again.</source>
        <translation>Drücken Sie {hotkey}, sagen Sie einen beliebigen Satz und drücken Sie noch einmal.</translation>
    </message>
    <message>
        <source>Press {hotkey}, say “one, two, three”, and press it again:</source>
        <translation>Drücken Sie {hotkey}, sagen Sie „eins, zwei, drei“ und drücken Sie noch einmal:</translation>
    </message>
    <message>
        <source>Press {key} in any program</source>
        <translation>Drücken Sie {key} in einem beliebigen Programm</translation>
    </message>
    <message>
        <source>Previous (Shift+F3)</source>
        <translation>Zurück (Umschalt+F3)</translation>
    </message>
    <message>
        <source>private network internet cloud</source>
        <translation>privat Privatsphäre Datenschutz Netzwerk Internet Cloud offline</translation>
    </message>
    <message>
        <source>Private: what you say does not leave this computer. Needs no network and no account.</source>
        <translation>Privat: Was Sie sagen, verlässt diesen Computer nicht. Braucht kein Netzwerk und kein Konto.</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programm</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Progress of the trial</source>
        <translation>Fortschritt des Tests</translation>
    </message>
    <message>
        <source>Progress of transcribing again</source>
        <translation>Fortschritt der erneuten Transkription</translation>
    </message>
    <message>
        <source>Progress of {label}</source>
        <translation>Fortschritt von {label}</translation>
    </message>
    <message>
        <source>Progress of {name}</source>
        <translation>Fortschritt von {name}</translation>
    </message>
    <message>
        <source>Push-to-talk</source>
        <translation>Push-to-Talk</translation>
    </message>
    <message>
        <source>Put a new one into {settings}, or check the computer's date and time.</source>
        <translation>Tragen Sie unter {settings} ein neues ein, oder prüfen Sie Datum und Uhrzeit des Computers.</translation>
    </message>
    <message>
        <source>Put it into Settings → aiOla, or an API key into the environment variable {key_variable}.</source>
        <translation>Tragen Sie es unter Einstellungen → aiOla ein, oder einen API-Schlüssel in die Umgebungsvariable {key_variable}.</translation>
    </message>
    <message>
        <source>Put it into {settings}, or into {key_variable}.</source>
        <translation>Tragen Sie ihn unter {settings} oder in {key_variable} ein.</translation>
    </message>
    <message>
        <source>Put the file back, or start Saywrite again: it begins a new history, and recordings are kept.</source>
        <translation>Legen Sie die Datei zurück, oder starten Sie Saywrite neu: Es beginnt einen neuen Verlauf, und Aufnahmen bleiben erhalten.</translation>
    </message>
    <message>
        <source>Put them into the proxy's address in the system's settings or in HTTPS_PROXY (http://name:password@host:port).</source>
        <translation>Tragen Sie beides in die Adresse des Proxys ein, in den Systemeinstellungen oder in HTTPS_PROXY (http://name:password@host:port).</translation>
    </message>
    <message>
        <source>Put your company's address into Settings → aiOla, or an API key into {key_variable}.</source>
        <translation>Tragen Sie die Adresse Ihrer Firma unter Einstellungen → aiOla ein, oder einen API-Schlüssel in {key_variable}.</translation>
    </message>
    <message>
        <source>Put your company's address into {settings}.</source>
        <translation>Tragen Sie die Adresse Ihrer Firma unter {settings} ein.</translation>
    </message>
    <message>
        <source>Python packages</source>
        <translation>Python-Pakete</translation>
    </message>
    <message>
        <source>quit background</source>
        <translation>beenden schließen Hintergrund</translation>
    </message>
    <message>
        <source>Quit it and start it again.</source>
        <translation>Beenden Sie es und starten Sie es neu.</translation>
    </message>
    <message>
        <source>Quit it and start it again: it may be an older one.</source>
        <translation>Beenden Sie es und starten Sie es neu: Es ist vielleicht ein älteres.</translation>
    </message>
    <message>
        <source>quits a program</source>
        <translation>ein Programm beenden</translation>
    </message>
    <message>
        <source>Raise its input level in the sound settings, or come closer to it.</source>
        <translation>Erhöhen Sie seinen Eingangspegel in den Toneinstellungen oder gehen Sie näher heran.</translation>
    </message>
    <message>
        <source>Raise its level, then transcribe it again.</source>
        <translation>Erhöhen Sie den Pegel und transkribieren Sie die Datei dann erneut.</translation>
    </message>
    <message>
        <source>Re&amp;move</source>
        <translation>Ent&amp;fernen</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>Die Datei wird gelesen…</translation>
    </message>
    <message>
        <source>reads and writes sound files; it comes inside PyAV (BSD 3-Clause)</source>
        <translation>liest und schreibt Tondateien; es ist in PyAV enthalten (BSD 3-Clause)</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>bereit</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation>Erkennung</translation>
    </message>
    <message>
        <source>Recognition models</source>
        <translation>Erkennungsmodelle</translation>
    </message>
    <message>
        <source>Recognize the &amp;recordings again</source>
        <translation>Aufnahmen &amp;erneut erkennen</translation>
    </message>
    <message>
        <source>Recognized by {other} while {recognizer} was away</source>
        <translation>Erkannt von {other}, während {recognizer} nicht erreichbar war</translation>
    </message>
    <message>
        <source>Recognized on this computer while {recognizer} was away</source>
        <translation>Auf diesem Computer erkannt, während {recognizer} nicht erreichbar war</translation>
    </message>
    <message>
        <source>Recognizer</source>
        <translation>Erkenner</translation>
    </message>
    <message>
        <source>Recognizer and language</source>
        <translation>Erkenner und Sprache</translation>
    </message>
    <message>
        <source>Recognizer and language: {words}</source>
        <translation>Erkenner und Sprache: {words}</translation>
    </message>
    <message>
        <source>Recognizer and microphone</source>
        <translation>Erkenner und Mikrofon</translation>
    </message>
    <message>
        <source>Recognizer of the second key</source>
        <translation>Erkenner der zweiten Taste</translation>
    </message>
    <message>
        <source>Recognizer state</source>
        <translation>Zustand des Erkenners</translation>
    </message>
    <message>
        <source>Recognizer: {word}</source>
        <translation>Erkenner: {word}</translation>
    </message>
    <message>
        <source>Recognizing recording {done} of {number}</source>
        <translation>Aufnahme {done} von {number} wird erkannt</translation>
    </message>
    <message>
        <source>Recognizing your last dictation…</source>
        <translation>Ihr letztes Diktat wird erkannt…</translation>
    </message>
    <message>
        <source>reconnecting</source>
        <translation>verbindet neu</translation>
    </message>
    <message>
        <source>reconnecting in {left} s</source>
        <translation>verbindet neu in {left} s</translation>
    </message>
    <message>
        <source>Reconnecting, recording goes on</source>
        <translation>Verbindet neu, Aufnahme läuft weiter</translation>
    </message>
    <message>
        <source>reconnecting…</source>
        <translation>verbindet neu…</translation>
    </message>
    <message>
        <source>Record or copy it again.</source>
        <translation>Nehmen Sie sie neu auf oder kopieren Sie sie noch einmal.</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Aufgenommen</translation>
    </message>
    <message>
        <source>Recorded time</source>
        <translation>Aufgenommene Zeit</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufnahme</translation>
    </message>
    <message>
        <source>Recording continues in both cases.</source>
        <translation>Die Aufnahme läuft in beiden Fällen weiter.</translation>
    </message>
    <message>
        <source>Recording goes on as soon as sound arrives.</source>
        <translation>Die Aufnahme geht weiter, sobald Ton ankommt.</translation>
    </message>
    <message>
        <source>Recording goes on while the connection is being restored.</source>
        <translation>Die Aufnahme läuft weiter, während die Verbindung wiederhergestellt wird.</translation>
    </message>
    <message>
        <source>recording, text follows</source>
        <translation>Aufnahme läuft, Text folgt</translation>
    </message>
    <message>
        <source>Recording; the connection is being restored…</source>
        <translation>Aufnahme läuft; die Verbindung wird wiederhergestellt…</translation>
    </message>
    <message>
        <source>Recordings are kept until you choose in the settings for how long.</source>
        <translation>Aufnahmen werden aufbewahrt, bis Sie in den Einstellungen wählen, wie lange.</translation>
    </message>
    <message>
        <source>Recordings whose text is missing now are offered to be transcribed again.</source>
        <translation>Aufnahmen, deren Text jetzt fehlt, werden zur erneuten Transkription angeboten.</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>abgelehnt</translation>
    </message>
    <message>
        <source>refused, again in {left} s</source>
        <translation>abgelehnt, neuer Versuch in {left} s</translation>
    </message>
    <message>
        <source>refused, trying again…</source>
        <translation>abgelehnt, neuer Versuch…</translation>
    </message>
    <message>
        <source>refused: {reason}</source>
        <translation>abgelehnt: {reason}</translation>
    </message>
    <message>
        <source>Release to text</source>
        <translation>Vom Loslassen bis zum Text</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove it and download it again: saywrite models remove {model}, saywrite models download {model}</source>
        <translation>Entfernen Sie es und laden Sie es erneut herunter: saywrite models remove {model}, saywrite models download {model}</translation>
    </message>
    <message>
        <source>Remove the selected keywords (Delete)</source>
        <translation>Ausgewählte Schlüsselwörter entfernen (Entf)</translation>
    </message>
    <message>
        <source>Remove {folder}.</source>
        <translation>Entfernen Sie {folder}.</translation>
    </message>
    <message>
        <source>Remove {label} from this computer?</source>
        <translation>{label} von diesem Computer entfernen?</translation>
    </message>
    <message>
        <source>Remove {path}.</source>
        <translation>Entfernen Sie {path}.</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen…</translation>
    </message>
    <message>
        <source>Rename the folder, then try again.</source>
        <translation>Benennen Sie den Ordner um und versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>Restart it, or log out and in again.</source>
        <translation>Starten Sie ihn neu, oder melden Sie sich ab und wieder an.</translation>
    </message>
    <message>
        <source>Restart Saywrite; if that does not help, install it again.</source>
        <translation>Starten Sie Saywrite neu; wenn das nicht hilft, installieren Sie es neu.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Retry {name}</source>
        <translation>Erneut versuchen: {name}</translation>
    </message>
    <message>
        <source>Right {key}</source>
        <translation>{key} rechts</translation>
    </message>
    <message>
        <source>Rules for single programs</source>
        <translation>Regeln für einzelne Programme</translation>
    </message>
    <message>
        <source>Run: chmod 700 {folder}</source>
        <translation>Führen Sie aus: chmod 700 {folder}</translation>
    </message>
    <message>
        <source>runs a command</source>
        <translation>einen Befehl ausführen</translation>
    </message>
    <message>
        <source>runs the speech models; its wheels carry libgomp (GPL 3 with the GCC runtime library exception)</source>
        <translation>führt die Sprachmodelle aus; seine Wheels enthalten libgomp (GPL 3 mit der Ausnahme für die GCC-Laufzeitbibliothek)</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>An&amp;zeigen</translation>
    </message>
    <message>
        <source>S&amp;kip</source>
        <translation>Übers&amp;pringen</translation>
    </message>
    <message>
        <source>S&amp;peed…</source>
        <translation>&amp;Geschwindigkeit…</translation>
    </message>
    <message>
        <source>S&amp;top testing</source>
        <translation>Test s&amp;toppen</translation>
    </message>
    <message>
        <source>S&amp;wap with “{other}”</source>
        <translation>Durch „{other}“ aus&amp;tauschen</translation>
    </message>
    <message>
        <source>Same as the first key</source>
        <translation>Wie die erste Taste</translation>
    </message>
    <message>
        <source>Same as the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Save audio</source>
        <translation>Ton speichern</translation>
    </message>
    <message>
        <source>Save audio…</source>
        <translation>Ton speichern…</translation>
    </message>
    <message>
        <source>Save the sound to a file first.</source>
        <translation>Speichern Sie den Ton zuerst in einer Datei.</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>Saved as {name}</source>
        <translation>Gespeichert als {name}</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>{name} gespeichert</translation>
    </message>
    <message>
        <source>saves</source>
        <translation>speichern</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Wird gespeichert…</translation>
    </message>
    <message>
        <source>Say a sentence</source>
        <translation>Sagen Sie einen Satz</translation>
    </message>
    <message>
        <source>Say how to write “{spoken}”: the written form is empty.</source>
        <translation>Geben Sie an, wie „{spoken}“ geschrieben wird: Die geschriebene Form ist leer.</translation>
    </message>
    <message>
        <source>Say something</source>
        <translation>Sagen Sie etwas</translation>
    </message>
    <message>
        <source>Say something.</source>
        <translation>Sagen Sie etwas.</translation>
    </message>
    <message>
        <source>Say what is heard: the spoken form is empty.</source>
        <translation>Geben Sie an, was gehört wird: Die gesprochene Form ist leer.</translation>
    </message>
    <message>
        <source>Say “k eight s”, write “Kubernetes”.

Names, products, jargon: on the left as heard, on the right as written.</source>
        <translation>Sagen Sie „k acht s“, schreiben Sie „Kubernetes“.

Namen, Produkte, Fachwörter: links wie gehört, rechts wie geschrieben.</translation>
    </message>
    <message>
        <source>Saywrite</source>
        <translation>Saywrite</translation>
    </message>
    <message>
        <source>Saywrite (process {pid}) does not answer.</source>
        <translation>Saywrite (Prozess {pid}) antwortet nicht.</translation>
    </message>
    <message>
        <source>Saywrite cannot be asked: {reason}.</source>
        <translation>Saywrite ist nicht ansprechbar: {reason}.</translation>
    </message>
    <message>
        <source>Saywrite cannot be started with the session: the name {path} is no valid text.</source>
        <translation>Saywrite kann nicht mit der Sitzung gestartet werden: Der Name {path} ist kein gültiger Text.</translation>
    </message>
    <message>
        <source>Saywrite cannot use this key. Press another one.</source>
        <translation>Saywrite kann diese Taste nicht verwenden. Drücken Sie eine andere.</translation>
    </message>
    <message>
        <source>Saywrite hears the key, in every program.</source>
        <translation>Saywrite hört die Taste, in jedem Programm.</translation>
    </message>
    <message>
        <source>Saywrite is already running on {display}; its window is there. Quit it there first to have it here, or start it with --data and another folder.</source>
        <translation>Saywrite läuft bereits auf {display}; dort ist sein Fenster. Beenden Sie es zuerst dort, um es hier zu haben, oder starten Sie es mit --data und einem anderen Ordner.</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder (process {pid} on {host}).</source>
        <translation>Saywrite läuft bereits mit diesem Datenordner (Prozess {pid} auf {host}).</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder.</source>
        <translation>Saywrite läuft bereits mit diesem Datenordner.</translation>
    </message>
    <message>
        <source>Saywrite is not running.</source>
        <translation>Saywrite läuft nicht.</translation>
    </message>
    <message>
        <source>Saywrite is running (process {pid}) but takes no commands.</source>
        <translation>Saywrite läuft (Prozess {pid}), nimmt aber keine Befehle an.</translation>
    </message>
    <message>
        <source>Saywrite is under the MIT license. Its parts have licenses of their own.</source>
        <translation>Saywrite steht unter der MIT-Lizenz. Seine Bestandteile haben eigene Lizenzen.</translation>
    </message>
    <message>
        <source>Saywrite itself had the focus, so the text was not inserted anywhere.</source>
        <translation>Saywrite selbst war aktiv, daher wurde der Text nirgends eingefügt.</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}</source>
        <translation>Saywrite darf nicht in {place} schreiben</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}.</source>
        <translation>Saywrite darf nicht in {place} schreiben.</translation>
    </message>
    <message>
        <source>Saywrite opens no connection to the network: it does not use aiOla and downloads no models.</source>
        <translation>Saywrite öffnet keine Netzwerkverbindung: Es verwendet aiOla nicht und lädt keine Modelle herunter.</translation>
    </message>
    <message>
        <source>Saywrite overlay</source>
        <translation>Saywrite-Overlay</translation>
    </message>
    <message>
        <source>Saywrite stays here</source>
        <translation>Saywrite bleibt hier</translation>
    </message>
    <message>
        <source>Saywrite stays in the tray. If there is no tray, closing the window quits.</source>
        <translation>Saywrite bleibt im Infobereich. Gibt es keinen Infobereich, beendet das Schließen des Fensters das Programm.</translation>
    </message>
    <message>
        <source>Saywrite stays open as a window. On GNOME the extension AppIndicator adds a tray.</source>
        <translation>Saywrite bleibt als Fenster geöffnet. Unter GNOME fügt die Erweiterung AppIndicator einen Infobereich hinzu.</translation>
    </message>
    <message>
        <source>Saywrite {version} is there.</source>
        <translation>Saywrite {version} ist verfügbar.</translation>
    </message>
    <message>
        <source>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</source>
        <translation>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</translation>
    </message>
    <message>
        <source>Saywrite: say “{phrase}”. The microphone is open.</source>
        <translation>Saywrite: „{phrase}“ sagen. Das Mikrofon ist offen.</translation>
    </message>
    <message>
        <source>Saywrite: {words}{preroll}</source>
        <translation>Saywrite: {words}{preroll}</translation>
    </message>
    <message>
        <source>Se&amp;ttings…</source>
        <translation>E&amp;instellungen…</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search in everything you dictated</source>
        <translation>In allem suchen, was Sie diktiert haben</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Verlauf durchsuchen</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>Einstellungen durchsuchen</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Suche läuft…</translation>
    </message>
    <message>
        <source>Second key</source>
        <translation>Zweite Taste</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>selects all</source>
        <translation>alles auswählen</translation>
    </message>
    <message>
        <source>Send it again when it is complete.</source>
        <translation>Senden Sie sie noch einmal, wenn sie vollständig ist.</translation>
    </message>
    <message>
        <source>sending the file</source>
        <translation>Senden der Datei</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Gesendet</translation>
    </message>
    <message>
        <source>Sent to</source>
        <translation>Gesendet an</translation>
    </message>
    <message>
        <source>Sent to {program}; it does not tell whether it took the text</source>
        <translation>An {program} gesendet; das Programm meldet nicht, ob es den Text angenommen hat</translation>
    </message>
    <message>
        <source>sent {sent}</source>
        <translation>gesendet {sent}</translation>
    </message>
    <message>
        <source>Service address</source>
        <translation>Dienstadresse</translation>
    </message>
    <message>
        <source>Set it to 48,000 Hz in the system's sound settings, or choose another microphone.</source>
        <translation>Stellen Sie es in den Toneinstellungen des Systems auf 48.000 Hz, oder wählen Sie ein anderes Mikrofon.</translation>
    </message>
    <message>
        <source>Set its date and time; dictation works all the same.</source>
        <translation>Stellen Sie Datum und Uhrzeit richtig ein; das Diktieren funktioniert trotzdem.</translation>
    </message>
    <message>
        <source>Set the computer's date and time, then try again.</source>
        <translation>Stellen Sie Datum und Uhrzeit des Computers richtig ein und versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>Set XDG_RUNTIME_DIR to a folder with a shorter path.</source>
        <translation>Setzen Sie XDG_RUNTIME_DIR auf einen Ordner mit einem kürzeren Pfad.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Settings &gt; Keyboard &gt; View and Customize Shortcuts &gt; Custom Shortcuts: add one with this command</source>
        <translation>Einstellungen &gt; Tastatur &gt; Tastenkombinationen anzeigen und anpassen &gt; Eigene Tastenkombinationen: eine mit diesem Befehl hinzufügen</translation>
    </message>
    <message>
        <source>Settings → aiOla</source>
        <translation>Einstellungen → aiOla</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>An&amp;zeigen</translation>
    </message>
    <message>
        <source>shortcut hotkey</source>
        <translation>Tastenkürzel Tastenkombination Hotkey Kurzbefehl</translation>
    </message>
    <message>
        <source>shortcut hotkey voice start stop listening accessibility</source>
        <translation>Tastenkürzel Tastenkombination Hotkey Freihand Stimme Sprachsteuerung starten stoppen zuhören Barrierefreiheit Bedienungshilfen</translation>
    </message>
    <message>
        <source>shortcut push-to-talk</source>
        <translation>Tastenkürzel Tastenkombination Hotkey Kurzbefehl</translation>
    </message>
    <message>
        <source>Shortest speech</source>
        <translation>Mindestdauer einer Äußerung</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Anzeigen</translation>
    </message>
    <message>
        <source>Show &amp;window</source>
        <translation>&amp;Fenster anzeigen</translation>
    </message>
    <message>
        <source>Show all dictations</source>
        <translation>Alle Diktate anzeigen</translation>
    </message>
    <message>
        <source>Show fewer messages</source>
        <translation>Weniger Meldungen anzeigen</translation>
    </message>
    <message>
        <source>Show text</source>
        <translation>Text anzeigen</translation>
    </message>
    <message>
        <source>Show the &amp;files</source>
        <translation>&amp;Dateien anzeigen</translation>
    </message>
    <message>
        <source>Show the keywords</source>
        <translation>Schlüsselwörter anzeigen</translation>
    </message>
    <message>
        <source>Show the text of {name}</source>
        <translation>Text anzeigen: {name}</translation>
    </message>
    <message>
        <source>Show the unfinished dictations</source>
        <translation>Unfertige Diktate anzeigen</translation>
    </message>
    <message>
        <source>Show the waveform</source>
        <translation>Wellenform anzeigen</translation>
    </message>
    <message>
        <source>Show words while you speak</source>
        <translation>Wörter während des Sprechens anzeigen</translation>
    </message>
    <message>
        <source>Shows words while you speak and writes while aiOla cannot be reached. Needs a recognition model.</source>
        <translation>Zeigt Wörter, während Sie sprechen, und schreibt, solange aiOla nicht erreichbar ist. Braucht ein Erkennungsmodell.</translation>
    </message>
    <message>
        <source>shows your keywords: names and terms as you write them</source>
        <translation>zeigt Ihre Schlüsselwörter: Namen und Begriffe, wie Sie sie schreiben</translation>
    </message>
    <message>
        <source>Sign in with</source>
        <translation>Anmelden mit</translation>
    </message>
    <message>
        <source>Sign-in address</source>
        <translation>Anmeldeadresse</translation>
    </message>
    <message>
        <source>Signed in at {host}.</source>
        <translation>Angemeldet bei {host}.</translation>
    </message>
    <message>
        <source>signing in</source>
        <translation>Anmelden</translation>
    </message>
    <message>
        <source>Signing in failed ({name}).</source>
        <translation>Die Anmeldung ist fehlgeschlagen ({name}).</translation>
    </message>
    <message>
        <source>Some sound got lost on its way.</source>
        <translation>Ein Teil des Tons ging unterwegs verloren.</translation>
    </message>
    <message>
        <source>Some terminals run a command at every line break.</source>
        <translation>Manche Terminals führen bei jedem Zeilenumbruch einen Befehl aus.</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite.</source>
        <translation>In Saywrite ist ein Fehler aufgetreten.</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite. What you said is kept in the recording.</source>
        <translation>In Saywrite ist ein Fehler aufgetreten. Was Sie gesagt haben, ist in der Aufnahme erhalten.</translation>
    </message>
    <message>
        <source>Something went wrong while the text was being inserted.</source>
        <translation>Beim Einfügen des Textes ist ein Fehler aufgetreten.</translation>
    </message>
    <message>
        <source>Sound goes to {host}.</source>
        <translation>Ton geht an {host}.</translation>
    </message>
    <message>
        <source>Sound system</source>
        <translation>Tonsystem</translation>
    </message>
    <message>
        <source>Sound that has no text yet can no longer be read.</source>
        <translation>Ton, zu dem es noch keinen Text gibt, kann nicht mehr gelesen werden.</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>Spanisch</translation>
    </message>
    <message>
        <source>Speak</source>
        <translation>Sprechen</translation>
    </message>
    <message>
        <source>Speak up, move closer, or raise the input level in the sound settings of this computer.</source>
        <translation>Sprechen Sie lauter, gehen Sie näher heran oder erhöhen Sie den Eingangspegel in den Toneinstellungen dieses Computers.</translation>
    </message>
    <message>
        <source>Speak while “{status}” is shown.</source>
        <translation>Sprechen Sie, während „{status}“ angezeigt wird.</translation>
    </message>
    <message>
        <source>Speak, and it is written.</source>
        <translation>Sprechen Sie, und es wird geschrieben.</translation>
    </message>
    <message>
        <source>Speak, then press it again: your words are inserted where you type.</source>
        <translation>Sprechen Sie und drücken Sie die Taste dann noch einmal: Ihre Worte werden dort eingefügt, wo Sie tippen.</translation>
    </message>
    <message>
        <source>Speak, then release the key: your words are inserted where you type.</source>
        <translation>Sprechen Sie und lassen Sie die Taste dann los: Ihre Worte werden dort eingefügt, wo Sie tippen.</translation>
    </message>
    <message>
        <source>Speak. Your words appear here as you say them.</source>
        <translation>Sprechen Sie. Ihre Worte erscheinen hier sofort.</translation>
    </message>
    <message>
        <source>Speak. Your words are written as soon as the model is here.</source>
        <translation>Sprechen Sie. Ihre Worte werden geschrieben, sobald das Modell da ist.</translation>
    </message>
    <message>
        <source>Speech</source>
        <translation>Sprechzeit</translation>
    </message>
    <message>
        <source>Speech by month and host</source>
        <translation>Sprechzeit nach Monat und Host</translation>
    </message>
    <message>
        <source>Speech counts for a host when any of it was sent there. Dictations that you delete stay in the sums of their month, without their text.</source>
        <translation>Sprechzeit zählt für einen Host, wenn ein Teil davon dorthin gesendet wurde. Diktate, die Sie löschen, bleiben ohne ihren Text in den Summen ihres Monats.</translation>
    </message>
    <message>
        <source>speech models by OpenAI, converted by Systran (faster-whisper) and dropbox-dash, with 8-bit integers made here</source>
        <translation>Sprachmodelle von OpenAI, umgewandelt von Systran (faster-whisper) und dropbox-dash, hier auf 8-Bit-Ganzzahlen gebracht</translation>
    </message>
    <message>
        <source>Speech threshold</source>
        <translation>Sprachschwelle</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Geschwindigkeit</translation>
    </message>
    <message>
        <source>Speed of each step</source>
        <translation>Dauer jedes Schritts</translation>
    </message>
    <message>
        <source>Speed of each step: median, 95th percentile</source>
        <translation>Dauer jedes Schritts: Median, 95. Perzentil</translation>
    </message>
    <message>
        <source>Speed – Saywrite</source>
        <translation>Geschwindigkeit – Saywrite</translation>
    </message>
    <message>
        <source>spoken</source>
        <translation>gesprochen</translation>
    </message>
    <message>
        <source>Spoken punctuation</source>
        <translation>Diktierte Satzzeichen</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Start again; if it happens again, send the log (Help &gt; Copy diagnostics).</source>
        <translation>Starten Sie das Diktat erneut; wenn der Fehler wieder auftritt, senden Sie das Protokoll (Hilfe &gt; Diagnosedaten kopieren).</translation>
    </message>
    <message>
        <source>Start again; if that does not help, “saywrite doctor” and the log tell more.</source>
        <translation>Starten Sie das Diktat erneut; wenn das nicht hilft, geben „saywrite doctor“ und das Protokoll mehr Auskunft.</translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation>Beim Anmelden starten</translation>
    </message>
    <message>
        <source>Start dictation</source>
        <translation>Diktat starten</translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation>Im Infobereich starten</translation>
    </message>
    <message>
        <source>Start it with: saywrite</source>
        <translation>Starten Sie es mit: saywrite</translation>
    </message>
    <message>
        <source>Start Saywrite again.</source>
        <translation>Starten Sie Saywrite neu.</translation>
    </message>
    <message>
        <source>Start Saywrite again. Recordings are kept, and their text is made again where it is missing.</source>
        <translation>Starten Sie Saywrite neu. Aufnahmen bleiben erhalten, und fehlender Text dazu wird neu erstellt.</translation>
    </message>
    <message>
        <source>Start Saywrite again: it sets the file aside, keeps what can be read of it and begins a new history. Recordings are not affected.</source>
        <translation>Starten Sie Saywrite neu: Es legt die Datei beiseite, bewahrt auf, was sich daraus lesen lässt, und beginnt einen neuen Verlauf. Aufnahmen sind nicht betroffen.</translation>
    </message>
    <message>
        <source>Start Saywrite again; it offers the recording. Help &gt; Copy diagnostics helps us to find the cause.</source>
        <translation>Starten Sie Saywrite neu; es bietet die Aufnahme an. Hilfe &gt; Diagnosedaten kopieren hilft uns, die Ursache zu finden.</translation>
    </message>
    <message>
        <source>Start Saywrite from the desktop, not from another session.</source>
        <translation>Starten Sie Saywrite vom Desktop aus, nicht aus einer anderen Sitzung.</translation>
    </message>
    <message>
        <source>start with --data and another folder</source>
        <translation>starten Sie mit --data und einem anderen Ordner</translation>
    </message>
    <message>
        <source>Starting, press to stop</source>
        <translation>Startet, zum Stoppen drücken</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Startet…</translation>
    </message>
    <message>
        <source>starts and stops in this window</source>
        <translation>startet und stoppt in diesem Fenster</translation>
    </message>
    <message>
        <source>Starts and stops without the key</source>
        <translation>Startet und stoppt ohne die Taste</translation>
    </message>
    <message>
        <source>Stay connected for</source>
        <translation>Verbunden bleiben für</translation>
    </message>
    <message>
        <source>Step {number} of {steps}: {name}</source>
        <translation>Schritt {number} von {steps}: {name}</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Stop &amp;without waiting for text</source>
        <translation>Stoppen, &amp;ohne auf Text zu warten</translation>
    </message>
    <message>
        <source>Stop (Ctrl+P)</source>
        <translation>Stoppen (Strg+P)</translation>
    </message>
    <message>
        <source>Stop dictation, recording now</source>
        <translation>Diktat stoppen, Aufnahme läuft</translation>
    </message>
    <message>
        <source>Stop dictation, recording now, reconnecting</source>
        <translation>Diktat stoppen, Aufnahme läuft, verbindet neu</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the file.</source>
        <translation>Stoppen Sie es zuerst und transkribieren Sie dann die Datei.</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the unfinished one.</source>
        <translation>Stoppen Sie es zuerst und transkribieren Sie dann das unfertige.</translation>
    </message>
    <message>
        <source>Stop it first.</source>
        <translation>Stoppen Sie es zuerst.</translation>
    </message>
    <message>
        <source>Stop it there first.</source>
        <translation>Stoppen Sie es zuerst dort.</translation>
    </message>
    <message>
        <source>Stop that download first.</source>
        <translation>Stoppen Sie zuerst den anderen Download.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Gestoppt.</translation>
    </message>
    <message>
        <source>Structured results</source>
        <translation>Strukturierte Ergebnisse</translation>
    </message>
    <message>
        <source>Su&amp;ggestions</source>
        <translation>V&amp;orschläge</translation>
    </message>
    <message>
        <source>Su&amp;ggestions ({number})</source>
        <translation>V&amp;orschläge ({number})</translation>
    </message>
    <message>
        <source>SubRip subtitles</source>
        <translation>SubRip-Untertitel</translation>
    </message>
    <message>
        <source>Subtitles need the times of the words, and this text has none.</source>
        <translation>Untertitel brauchen die Zeiten der Wörter, und dieser Text hat keine.</translation>
    </message>
    <message>
        <source>Suggest keywords from my &amp;corrections</source>
        <translation>Schlüsselwörter aus meinen &amp;Korrekturen vorschlagen</translation>
    </message>
    <message>
        <source>Suggest keywords from my corrections</source>
        <translation>Schlüsselwörter aus meinen Korrekturen vorschlagen</translation>
    </message>
    <message>
        <source>Suggested keywords</source>
        <translation>Vorgeschlagene Schlüsselwörter</translation>
    </message>
    <message>
        <source>Switch the hands-free mode on and off</source>
        <translation>Freihändigen Modus ein- und ausschalten</translation>
    </message>
    <message>
        <source>switches between programs</source>
        <translation>zwischen Programmen wechseln</translation>
    </message>
    <message>
        <source>switches between windows</source>
        <translation>zwischen Fenstern wechseln</translation>
    </message>
    <message>
        <source>Switches the hands-free mode on and off.</source>
        <translation>Schaltet den freihändigen Modus ein und aus.</translation>
    </message>
    <message>
        <source>switches the input method (IBus, Fcitx)</source>
        <translation>die Eingabemethode wechseln (IBus, Fcitx)</translation>
    </message>
    <message>
        <source>switches the input source</source>
        <translation>die Eingabequelle wechseln</translation>
    </message>
    <message>
        <source>switches the keyboard layout</source>
        <translation>die Tastaturbelegung wechseln</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>Systemstandard</translation>
    </message>
    <message>
        <source>System Settings &gt; Keyboard &gt; Shortcuts &gt; Add New &gt; Command: enter this command</source>
        <translation>Systemeinstellungen &gt; Tastatur &gt; Kurzbefehle &gt; Neu hinzufügen &gt; Befehl: diesen Befehl eingeben</translation>
    </message>
    <message>
        <source>takes a picture of the screen</source>
        <translation>ein Bildschirmfoto aufnehmen</translation>
    </message>
    <message>
        <source>Tap to start and stop</source>
        <translation>Zum Starten und Stoppen kurz drücken</translation>
    </message>
    <message>
        <source>Test of the connection</source>
        <translation>Test der Verbindung</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>Wird getestet…</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Text it has now</source>
        <translation>Jetziger Text</translation>
    </message>
    <message>
        <source>Text of the dictation</source>
        <translation>Text des Diktats</translation>
    </message>
    <message>
        <source>Text to inserted</source>
        <translation>Vom Text bis zum Einfügen</translation>
    </message>
    <message>
        <source>Text to show</source>
        <translation>Anzuzeigender Text</translation>
    </message>
    <message>
        <source>Text until {until}: {origin}</source>
        <translation>Text bis {until}: {origin}</translation>
    </message>
    <message>
        <source>text {confirmed}</source>
        <translation>Text {confirmed}</translation>
    </message>
    <message>
        <source>Text: {stem}</source>
        <translation>Text: {stem}</translation>
    </message>
    <message>
        <source>Texts of this dictation</source>
        <translation>Texte dieses Diktats</translation>
    </message>
    <message>
        <source>Texts with hits</source>
        <translation>Texte mit Treffern</translation>
    </message>
    <message>
        <source>That did not work</source>
        <translation>Das hat nicht funktioniert</translation>
    </message>
    <message>
        <source>That is silence.</source>
        <translation>Das ist Stille.</translation>
    </message>
    <message>
        <source>That took {took} from the end of your words to the text.</source>
        <translation>Vom Ende Ihrer Worte bis zum Text dauerte es {took}.</translation>
    </message>
    <message>
        <source>The access token contains characters that cannot occur in one.</source>
        <translation>Das Zugriffstoken enthält Zeichen, die darin nicht vorkommen können.</translation>
    </message>
    <message>
        <source>The access token is there.</source>
        <translation>Das Zugriffstoken ist da.</translation>
    </message>
    <message>
        <source>The address of the proxy cannot be read.</source>
        <translation>Die Adresse des Proxys ist nicht lesbar.</translation>
    </message>
    <message>
        <source>The API key contains characters that cannot occur in one.</source>
        <translation>Der API-Schlüssel enthält Zeichen, die darin nicht vorkommen können.</translation>
    </message>
    <message>
        <source>The clipboard could not be used, so the text was not inserted.</source>
        <translation>Die Zwischenablage konnte nicht verwendet werden, daher wurde der Text nicht eingefügt.</translation>
    </message>
    <message>
        <source>The command does not come from this user.</source>
        <translation>Der Befehl kommt nicht von diesem Benutzer.</translation>
    </message>
    <message>
        <source>The computer was asleep.</source>
        <translation>Der Computer war im Ruhezustand.</translation>
    </message>
    <message>
        <source>The computer was too busy to take all sound.</source>
        <translation>Der Computer war zu stark ausgelastet, um den ganzen Ton aufzunehmen.</translation>
    </message>
    <message>
        <source>The configuration of the sound system ALSA is missing or damaged.</source>
        <translation>Die Konfiguration des Tonsystems ALSA fehlt oder ist beschädigt.</translation>
    </message>
    <message>
        <source>The connection is made anew.</source>
        <translation>Die Verbindung wird neu hergestellt.</translation>
    </message>
    <message>
        <source>The connection to aiOla no longer answers.</source>
        <translation>Die Verbindung zu aiOla antwortet nicht mehr.</translation>
    </message>
    <message>
        <source>The connection to the X display was lost, so the text could not be put into another program.</source>
        <translation>Die Verbindung zum X-Display ging verloren, daher konnte der Text nicht in ein anderes Programm eingefügt werden.</translation>
    </message>
    <message>
        <source>The connection to {host} failed ({detail}, while {doing}).</source>
        <translation>Die Verbindung zu {host} ist fehlgeschlagen ({detail}, bei: {doing}).</translation>
    </message>
    <message>
        <source>The connection to {host} was lost.</source>
        <translation>Die Verbindung zu {host} ging verloren.</translation>
    </message>
    <message>
        <source>the connection was cut</source>
        <translation>die Verbindung wurde unterbrochen</translation>
    </message>
    <message>
        <source>The delay cannot be measured: the service does not answer pings.</source>
        <translation>Die Verzögerung lässt sich nicht messen: Der Dienst antwortet nicht auf Pings.</translation>
    </message>
    <message>
        <source>The delay is {milliseconds} ms.</source>
        <translation>Die Verzögerung beträgt {milliseconds} ms.</translation>
    </message>
    <message>
        <source>The desktop could not let Saywrite insert text into other programs.</source>
        <translation>Der Desktop konnte Saywrite keinen Text in andere Programme einfügen lassen.</translation>
    </message>
    <message>
        <source>The desktop could not set up the key.</source>
        <translation>Der Desktop konnte die Taste nicht einrichten.</translation>
    </message>
    <message>
        <source>The desktop does not let Saywrite insert text into other programs.</source>
        <translation>Der Desktop lässt Saywrite keinen Text in andere Programme einfügen.</translation>
    </message>
    <message>
        <source>The desktop gave Saywrite no keyboard or no clipboard to insert text with.</source>
        <translation>Der Desktop gab Saywrite keine Tastatur oder keine Zwischenablage, um Text einzufügen.</translation>
    </message>
    <message>
        <source>The desktop has no key for {value} yet.</source>
        <translation>Der Desktop hat noch keine Taste für {value}.</translation>
    </message>
    <message>
        <source>The desktop no longer tells which keys are pressed.</source>
        <translation>Der Desktop meldet nicht mehr, welche Tasten gedrückt werden.</translation>
    </message>
    <message>
        <source>The desktop took the key away.</source>
        <translation>Der Desktop hat Saywrite die Taste entzogen.</translation>
    </message>
    <message>
        <source>The desktop was not allowed to give Saywrite a key.</source>
        <translation>Dem Desktop wurde nicht erlaubt, Saywrite eine Taste zu geben.</translation>
    </message>
    <message>
        <source>The desktop was not allowed to let Saywrite insert text into other programs.</source>
        <translation>Dem Desktop wurde nicht erlaubt, Saywrite Text in andere Programme einfügen zu lassen.</translation>
    </message>
    <message>
        <source>The desktop's portal does not answer.</source>
        <translation>Das Portal des Desktops antwortet nicht.</translation>
    </message>
    <message>
        <source>The diagnostics could not be made: {error}</source>
        <translation>Die Diagnosedaten konnten nicht erstellt werden: {error}</translation>
    </message>
    <message>
        <source>The dictation goes on; the place is marked in the transcript.</source>
        <translation>Das Diktat läuft weiter; die Stelle ist im Transkript markiert.</translation>
    </message>
    <message>
        <source>The dictation stopped working because of an error in Saywrite. What was recorded is on disk.</source>
        <translation>Das Diktat wurde wegen eines Fehlers in Saywrite unterbrochen. Was aufgenommen wurde, ist gespeichert.</translation>
    </message>
    <message>
        <source>The dictation was cancelled</source>
        <translation>Das Diktat wurde abgebrochen</translation>
    </message>
    <message>
        <source>The dictation was cancelled.</source>
        <translation>Das Diktat wurde abgebrochen.</translation>
    </message>
    <message>
        <source>The dictation was ended: the longest time for a dictation was reached.</source>
        <translation>Das Diktat wurde beendet: Die Höchstdauer eines Diktats war erreicht.</translation>
    </message>
    <message>
        <source>The dictation was not transcribed again.</source>
        <translation>Das Diktat wurde nicht erneut transkribiert.</translation>
    </message>
    <message>
        <source>The disk has refused the recording for half an hour. What came before is kept in memory; what follows is not kept.</source>
        <translation>Der Datenträger nimmt die Aufnahme seit einer halben Stunde nicht an. Was davor kam, bleibt im Arbeitsspeicher; was folgt, wird nicht aufbewahrt.</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>der Datenträger ist voll</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>Der Datenträger ist voll.</translation>
    </message>
    <message>
        <source>The disk is full: the history cannot be written.</source>
        <translation>Der Datenträger ist voll: Der Verlauf kann nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>The disk is not keeping up: the newest sound is only in memory yet.</source>
        <translation>Der Datenträger kommt nicht nach: Der neueste Ton ist bisher nur im Arbeitsspeicher.</translation>
    </message>
    <message>
        <source>The display cannot be reached, so no key is heard.</source>
        <translation>Das Display ist nicht erreichbar, daher wird keine Taste gehört.</translation>
    </message>
    <message>
        <source>The display has gone; no key is heard any more.</source>
        <translation>Das Display ist nicht mehr da; es wird keine Taste mehr gehört.</translation>
    </message>
    <message>
        <source>The download of {label} is paused at {arrived}.</source>
        <translation>Der Download von {label} ist bei {arrived} angehalten.</translation>
    </message>
    <message>
        <source>The fewest errors; for strong computers: eight cores or more.</source>
        <translation>Die wenigsten Fehler; für starke Computer: acht Kerne oder mehr.</translation>
    </message>
    <message>
        <source>The file about new versions cannot be read.</source>
        <translation>Die Datei über neue Versionen ist nicht lesbar.</translation>
    </message>
    <message>
        <source>The file about new versions is not signed by Saywrite.</source>
        <translation>Die Datei über neue Versionen ist nicht von Saywrite signiert.</translation>
    </message>
    <message>
        <source>The file about new versions is too long.</source>
        <translation>Die Datei über neue Versionen ist zu lang.</translation>
    </message>
    <message>
        <source>The file became shorter while it was sent.</source>
        <translation>Die Datei wurde kürzer, während sie gesendet wurde.</translation>
    </message>
    <message>
        <source>The file cannot be read: {reason}.</source>
        <translation>Die Datei kann nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>The file could not be sent to {host} ({name}).</source>
        <translation>Die Datei konnte nicht an {host} gesendet werden ({name}).</translation>
    </message>
    <message>
        <source>The file holds no sound.</source>
        <translation>Die Datei enthält keinen Ton.</translation>
    </message>
    <message>
        <source>The focus is not in the window in which you began ({program}), so the text was not inserted.</source>
        <translation>Der Fokus ist nicht in dem Fenster, in dem Sie begonnen haben ({program}), daher wurde der Text nicht eingefügt.</translation>
    </message>
    <message>
        <source>The folder for Saywrite's socket has too long a name.</source>
        <translation>Der Ordner für den Socket von Saywrite hat einen zu langen Namen.</translation>
    </message>
    <message>
        <source>the folder {place} is gone</source>
        <translation>der Ordner {place} ist nicht mehr da</translation>
    </message>
    <message>
        <source>The folder {place} is gone.</source>
        <translation>Der Ordner {place} ist nicht mehr da.</translation>
    </message>
    <message>
        <source>The hands-free mode is off</source>
        <translation>Der freihändige Modus ist aus</translation>
    </message>
    <message>
        <source>The hands-free mode is on</source>
        <translation>Der freihändige Modus ist an</translation>
    </message>
    <message>
        <source>The hands-free mode needs a recognition model on this computer, and there is none.</source>
        <translation>Der freihändige Modus braucht ein Erkennungsmodell auf diesem Computer, und es gibt keines.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be locked: another program uses it, or its disk knows no file locks.</source>
        <translation>Der Verlauf in {path} kann nicht gesperrt werden: Ein anderes Programm verwendet ihn, oder sein Datenträger kennt keine Dateisperren.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be opened for writing.</source>
        <translation>Der Verlauf in {path} kann nicht zum Schreiben geöffnet werden.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be read from or written to its disk ({error}).</source>
        <translation>Der Verlauf in {path} kann nicht von seinem Datenträger gelesen oder darauf geschrieben werden ({error}).</translation>
    </message>
    <message>
        <source>The history in {path} cannot be used ({error}).</source>
        <translation>Der Verlauf in {path} kann nicht verwendet werden ({error}).</translation>
    </message>
    <message>
        <source>The history in {path} is damaged and in use by another Saywrite. It was left as it is.</source>
        <translation>Der Verlauf in {path} ist beschädigt und wird von einem anderen Saywrite verwendet. Er blieb, wie er ist.</translation>
    </message>
    <message>
        <source>The history in {path} is damaged. It was left as it is.</source>
        <translation>Der Verlauf in {path} ist beschädigt. Er blieb, wie er ist.</translation>
    </message>
    <message>
        <source>The history is closed.</source>
        <translation>Der Verlauf ist geschlossen.</translation>
    </message>
    <message>
        <source>The history is in use by another program.</source>
        <translation>Der Verlauf wird von einem anderen Programm verwendet.</translation>
    </message>
    <message>
        <source>The history was damaged and is kept as {path}. None of its dictations could be read; a new history was begun.</source>
        <translation>Der Verlauf war beschädigt und wird als {path} aufbewahrt. Keines seiner Diktate war lesbar; ein neuer Verlauf wurde begonnen.</translation>
    </message>
    <message numerus="yes">
        <source>The history was damaged and is kept as {path}. {n} dictations could be read; a new history was begun with what was read.</source>
        <extracomment>Singular: The history was damaged and is kept as {path}. {n} dictation could be read; a new history was begun with what was read.</extracomment>
        <translation>
            <numerusform>Der Verlauf war beschädigt und wird als {path} aufbewahrt. {n} Diktat war lesbar; mit dem Gelesenen wurde ein neuer Verlauf begonnen.</numerusform>
            <numerusform>Der Verlauf war beschädigt und wird als {path} aufbewahrt. {n} Diktate waren lesbar; mit dem Gelesenen wurde ein neuer Verlauf begonnen.</numerusform>
        </translation>
    </message>
    <message>
        <source>The history was written by a newer version of Saywrite. It was left as it is.</source>
        <translation>Der Verlauf wurde von einer neueren Version von Saywrite geschrieben. Er blieb, wie er ist.</translation>
    </message>
    <message>
        <source>The history {path} was moved or deleted while Saywrite uses it.</source>
        <translation>Der Verlauf {path} wurde verschoben oder gelöscht, während Saywrite ihn verwendet.</translation>
    </message>
    <message>
        <source>The https address that returns an access token.</source>
        <translation>Die https-Adresse, die ein Zugriffstoken liefert.</translation>
    </message>
    <message>
        <source>The key is kept until Saywrite is closed.</source>
        <translation>Der Schlüssel wird aufbewahrt, bis Saywrite geschlossen wird.</translation>
    </message>
    <message>
        <source>The key was not pressed yet.</source>
        <translation>Die Taste wurde noch nicht gedrückt.</translation>
    </message>
    <message>
        <source>The keyring did not answer as it should ({name}).</source>
        <translation>Der Schlüsselbund antwortete nicht wie erwartet ({name}).</translation>
    </message>
    <message>
        <source>The keyring does not answer.</source>
        <translation>Der Schlüsselbund antwortet nicht.</translation>
    </message>
    <message>
        <source>The keyring is locked.</source>
        <translation>Der Schlüsselbund ist gesperrt.</translation>
    </message>
    <message>
        <source>The keyring is not open</source>
        <translation>Der Schlüsselbund ist nicht geöffnet</translation>
    </message>
    <message>
        <source>The keyring's question for its password was cancelled; nothing was read or saved.</source>
        <translation>Die Passwortabfrage des Schlüsselbunds wurde abgebrochen; nichts wurde gelesen oder gespeichert.</translation>
    </message>
    <message>
        <source>The keys to insert the text could not be sent to {program}.</source>
        <translation>Die Tasten zum Einfügen des Textes konnten nicht an {program} gesendet werden.</translation>
    </message>
    <message>
        <source>The keyword joins the list at the side and counts from the next words on.</source>
        <translation>Das Schlüsselwort kommt in die Liste an der Seite und gilt ab den nächsten Wörtern.</translation>
    </message>
    <message>
        <source>The keywords were changed since then: try them again.</source>
        <translation>Die Schlüsselwörter wurden seitdem geändert: Testen Sie sie noch einmal.</translation>
    </message>
    <message>
        <source>The keywords were changed.</source>
        <translation>Die Schlüsselwörter wurden geändert.</translation>
    </message>
    <message>
        <source>The language of windows and messages.</source>
        <translation>Die Sprache der Fenster und Meldungen.</translation>
    </message>
    <message>
        <source>The language you speak.</source>
        <translation>Die Sprache, die Sie sprechen.</translation>
    </message>
    <message>
        <source>The last insertion was too long ago.</source>
        <translation>Das letzte Einfügen ist zu lange her.</translation>
    </message>
    <message>
        <source>The last words are being written.</source>
        <translation>Die letzten Wörter werden geschrieben.</translation>
    </message>
    <message>
        <source>The last {seconds:.0f} s have no text yet: {why}.</source>
        <translation>Die letzten {seconds:.0f} s haben noch keinen Text: {why}.</translation>
    </message>
    <message>
        <source>The library that decodes sound files (PyAV) is missing or damaged.</source>
        <translation>Die Bibliothek, die Tondateien dekodiert (PyAV), fehlt oder ist beschädigt.</translation>
    </message>
    <message>
        <source>The log has more.</source>
        <translation>Mehr dazu steht im Protokoll.</translation>
    </message>
    <message>
        <source>The log never contains what you say.</source>
        <translation>Das Protokoll enthält nie, was Sie sagen.</translation>
    </message>
    <message>
        <source>The log tells more.</source>
        <translation>Mehr dazu steht im Protokoll.</translation>
    </message>
    <message>
        <source>The message above says why, and what helps.</source>
        <translation>Die Meldung oben nennt den Grund und was hilft.</translation>
    </message>
    <message>
        <source>The microphone</source>
        <translation>Das Mikrofon</translation>
    </message>
    <message>
        <source>The microphone changed to {label}.</source>
        <translation>Das Mikrofon wechselte zu {label}.</translation>
    </message>
    <message>
        <source>The microphone closes after this time, even while the key is down.</source>
        <translation>Das Mikrofon wird nach dieser Zeit geschlossen, auch wenn die Taste noch gedrückt ist.</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({name}).</source>
        <translation>Das Mikrofon konnte nicht geöffnet werden ({name}).</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({value}).</source>
        <translation>Das Mikrofon konnte nicht geöffnet werden ({value}).</translation>
    </message>
    <message>
        <source>The microphone is being opened.</source>
        <translation>Das Mikrofon wird geöffnet.</translation>
    </message>
    <message>
        <source>The microphone is being opened…</source>
        <translation>Das Mikrofon wird geöffnet…</translation>
    </message>
    <message>
        <source>The microphone is then open from the start of Saywrite.</source>
        <translation>Das Mikrofon ist dann ab dem Start von Saywrite offen.</translation>
    </message>
    <message>
        <source>The microphone offers no sample rate that Saywrite can use.</source>
        <translation>Das Mikrofon bietet keine Abtastrate, die Saywrite verwenden kann.</translation>
    </message>
    <message>
        <source>The microphone was closed when the computer went to sleep.</source>
        <translation>Das Mikrofon wurde geschlossen, als der Computer in den Ruhezustand ging.</translation>
    </message>
    <message>
        <source>The microphone was closed when the screen was locked.</source>
        <translation>Das Mikrofon wurde geschlossen, als der Bildschirm gesperrt wurde.</translation>
    </message>
    <message>
        <source>The microphone was closed: the key is no longer heard.</source>
        <translation>Das Mikrofon wurde geschlossen: Die Taste wird nicht mehr gehört.</translation>
    </message>
    <message>
        <source>The microphone was closed: the time limit of the key was reached.</source>
        <translation>Das Mikrofon wurde geschlossen: Die Höchstdauer für die Taste war erreicht.</translation>
    </message>
    <message>
        <source>The microphone was not found.</source>
        <translation>Das Mikrofon wurde nicht gefunden.</translation>
    </message>
    <message>
        <source>The microphone went away.</source>
        <translation>Das Mikrofon ist nicht mehr da.</translation>
    </message>
    <message>
        <source>The model cannot be saved: {reason}.</source>
        <translation>Das Modell kann nicht gespeichert werden: {reason}.</translation>
    </message>
    <message>
        <source>The model could not be tried: {reason}</source>
        <translation>Das Modell konnte nicht getestet werden: {reason}</translation>
    </message>
    <message>
        <source>the name is too long</source>
        <translation>der Name ist zu lang</translation>
    </message>
    <message>
        <source>The name is too long.</source>
        <translation>Der Name ist zu lang.</translation>
    </message>
    <message>
        <source>The next dictation starts faster while the connection is open.</source>
        <translation>Das nächste Diktat startet schneller, solange die Verbindung offen ist.</translation>
    </message>
    <message>
        <source>The official source</source>
        <translation>Die offizielle Quelle</translation>
    </message>
    <message>
        <source>The one on this computer needs no network and no account.</source>
        <translation>Der Erkenner auf diesem Computer braucht kein Netzwerk und kein Konto.</translation>
    </message>
    <message>
        <source>The page of Saywrite answers with {status_code}.</source>
        <translation>Die Seite von Saywrite antwortet mit {status_code}.</translation>
    </message>
    <message>
        <source>The page of Saywrite cannot be reached.</source>
        <translation>Die Seite von Saywrite ist nicht erreichbar.</translation>
    </message>
    <message>
        <source>the proxy cannot be used</source>
        <translation>der Proxy kann nicht verwendet werden</translation>
    </message>
    <message>
        <source>The proxy does not let Saywrite through to {host} ({detail}).</source>
        <translation>Der Proxy lässt Saywrite nicht zu {host} durch ({detail}).</translation>
    </message>
    <message>
        <source>The proxy does not reach {host}.</source>
        <translation>Der Proxy erreicht {host} nicht.</translation>
    </message>
    <message>
        <source>The proxy is of a kind that Saywrite cannot use.</source>
        <translation>Der Proxy ist von einer Art, die Saywrite nicht verwenden kann.</translation>
    </message>
    <message>
        <source>the proxy refuses the connection</source>
        <translation>der Proxy verweigert die Verbindung</translation>
    </message>
    <message>
        <source>The proxy wants a user name and a password.</source>
        <translation>Der Proxy verlangt einen Benutzernamen und ein Passwort.</translation>
    </message>
    <message>
        <source>the quotation marks do not match.</source>
        <translation>die Anführungszeichen passen nicht zusammen.</translation>
    </message>
    <message>
        <source>The reason is in its log.</source>
        <translation>Den Grund nennt sein Protokoll.</translation>
    </message>
    <message>
        <source>The recognition model is not on this computer yet.</source>
        <translation>Das Erkennungsmodell ist noch nicht auf diesem Computer.</translation>
    </message>
    <message>
        <source>The recognition model that runs on this computer.</source>
        <translation>Das Erkennungsmodell, das auf diesem Computer läuft.</translation>
    </message>
    <message>
        <source>The recognition model {model} is damaged: it cannot be loaded.</source>
        <translation>Das Erkennungsmodell {model} ist beschädigt: Es kann nicht geladen werden.</translation>
    </message>
    <message>
        <source>The recognizer (CTranslate2) is not installed or cannot be loaded ({error}).</source>
        <translation>Der Erkenner (CTranslate2) ist nicht installiert oder kann nicht geladen werden ({error}).</translation>
    </message>
    <message>
        <source>The recognizer ended before the text was complete.</source>
        <translation>Der Erkenner wurde beendet, bevor der Text vollständig war.</translation>
    </message>
    <message>
        <source>The recognizer is not available.</source>
        <translation>Der Erkenner ist nicht verfügbar.</translation>
    </message>
    <message>
        <source>The recognizer is unloaded after this time without a dictation. The next dictation loads it again.</source>
        <translation>Nach dieser Zeit ohne Diktat wird der Erkenner aus dem Speicher entladen. Das nächste Diktat lädt ihn wieder.</translation>
    </message>
    <message>
        <source>The recognizer on this computer carries on.</source>
        <translation>Der Erkenner auf diesem Computer macht weiter.</translation>
    </message>
    <message>
        <source>The recognizer on this computer could not be started.</source>
        <translation>Der Erkenner auf diesem Computer konnte nicht gestartet werden.</translation>
    </message>
    <message>
        <source>The recognizer on this computer ended or stopped answering, three times in a row.</source>
        <translation>Der Erkenner auf diesem Computer hat sich dreimal in Folge beendet oder nicht mehr geantwortet.</translation>
    </message>
    <message>
        <source>The recording cannot be read back ({reason}).</source>
        <translation>Die Aufnahme kann nicht wieder gelesen werden ({reason}).</translation>
    </message>
    <message>
        <source>the recording has reached the largest file size allowed here</source>
        <translation>die Aufnahme hat die größte hier erlaubte Dateigröße erreicht</translation>
    </message>
    <message>
        <source>The recording has reached the largest file size allowed here.</source>
        <translation>Die Aufnahme hat die größte hier erlaubte Dateigröße erreicht.</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be opened ({reason}).</source>
        <translation>Die Aufnahme in {folder} kann nicht geöffnet werden ({reason}).</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be read ({reason}).</source>
        <translation>Die Aufnahme in {folder} kann nicht gelesen werden ({reason}).</translation>
    </message>
    <message>
        <source>The recording is kept as it is.</source>
        <translation>Die Aufnahme bleibt, wie sie ist.</translation>
    </message>
    <message>
        <source>The recording is kept.</source>
        <translation>Die Aufnahme bleibt erhalten.</translation>
    </message>
    <message>
        <source>The recording is kept: transcribe it again for the text of the service.</source>
        <translation>Die Aufnahme bleibt erhalten: Transkribieren Sie sie erneut, um den Text des Dienstes zu bekommen.</translation>
    </message>
    <message>
        <source>The recording is not removed.</source>
        <translation>Die Aufnahme wird nicht entfernt.</translation>
    </message>
    <message>
        <source>The recording is saved up to {length}; new sound is kept in memory.</source>
        <translation>Die Aufnahme ist bis {length} gespeichert; neuer Ton bleibt im Arbeitsspeicher.</translation>
    </message>
    <message>
        <source>The recording itself is kept.</source>
        <translation>Die Aufnahme selbst bleibt erhalten.</translation>
    </message>
    <message>
        <source>The recording of a dictation without its complete text stays among the unfinished ones.</source>
        <translation>Die Aufnahme eines Diktats ohne vollständigen Text bleibt bei den unfertigen Diktaten.</translation>
    </message>
    <message>
        <source>The running Saywrite does not know this command.</source>
        <translation>Das laufende Saywrite kennt diesen Befehl nicht.</translation>
    </message>
    <message>
        <source>The running Saywrite gave no answer that makes sense.</source>
        <translation>Das laufende Saywrite gab keine verständliche Antwort.</translation>
    </message>
    <message>
        <source>The Saywrite with this data folder belongs to another user.</source>
        <translation>Das Saywrite mit diesem Datenordner gehört einem anderen Benutzer.</translation>
    </message>
    <message>
        <source>The selected keyword is not in your last dictations.</source>
        <translation>Das ausgewählte Schlüsselwort kommt in Ihren letzten Diktaten nicht vor.</translation>
    </message>
    <message>
        <source>the service</source>
        <translation>der Dienst</translation>
    </message>
    <message>
        <source>The service's address contains more than a host and a path.</source>
        <translation>Die Adresse des Dienstes enthält mehr als einen Host und einen Pfad.</translation>
    </message>
    <message>
        <source>The service's address is not a valid address.</source>
        <translation>Die Adresse des Dienstes ist keine gültige Adresse.</translation>
    </message>
    <message>
        <source>The service's address is not a web address.</source>
        <translation>Die Adresse des Dienstes ist keine Webadresse.</translation>
    </message>
    <message>
        <source>The service's address is not encrypted.</source>
        <translation>Die Adresse des Dienstes ist nicht verschlüsselt.</translation>
    </message>
    <message>
        <source>The session bus is gone, so text cannot be put into other programs.</source>
        <translation>Der Sitzungsbus ist nicht mehr da, daher kann kein Text in andere Programme eingefügt werden.</translation>
    </message>
    <message>
        <source>The socket cannot be made: {reason}.</source>
        <translation>Der Socket kann nicht erstellt werden: {reason}.</translation>
    </message>
    <message>
        <source>The sound could not be played ({name}).</source>
        <translation>Der Ton konnte nicht abgespielt werden ({name}).</translation>
    </message>
    <message>
        <source>The sound could not be played.</source>
        <translation>Der Ton konnte nicht abgespielt werden.</translation>
    </message>
    <message>
        <source>The sound is sent again.</source>
        <translation>Der Ton wird erneut gesendet.</translation>
    </message>
    <message>
        <source>The sound library cannot reach the sound server.</source>
        <translation>Die Tonbibliothek erreicht den Tonserver nicht.</translation>
    </message>
    <message>
        <source>The sound library PortAudio is missing.</source>
        <translation>Die Tonbibliothek PortAudio fehlt.</translation>
    </message>
    <message>
        <source>The sound server did not open the microphone (error {value}).</source>
        <translation>Der Tonserver hat das Mikrofon nicht geöffnet (Fehler {value}).</translation>
    </message>
    <message>
        <source>The sound server does not answer.</source>
        <translation>Der Tonserver antwortet nicht.</translation>
    </message>
    <message>
        <source>The sound system does not answer.</source>
        <translation>Das Tonsystem antwortet nicht.</translation>
    </message>
    <message>
        <source>The sound system that has the microphone.</source>
        <translation>Das Tonsystem, zu dem das Mikrofon gehört.</translation>
    </message>
    <message>
        <source>the spoken form is empty.</source>
        <translation>die gesprochene Form ist leer.</translation>
    </message>
    <message>
        <source>the spoken form is not a text.</source>
        <translation>die gesprochene Form ist kein Text.</translation>
    </message>
    <message>
        <source>The system does not let Saywrite use the microphone.</source>
        <translation>Das System lässt Saywrite das Mikrofon nicht verwenden.</translation>
    </message>
    <message>
        <source>The system keeps this, so its own settings show it too.</source>
        <translation>Das System verwaltet dies; es steht daher auch in dessen eigenen Einstellungen.</translation>
    </message>
    <message>
        <source>The system's microphone is now {label}.</source>
        <translation>Das Mikrofon des Systems ist jetzt {label}.</translation>
    </message>
    <message>
        <source>The test broke off; the log says why.</source>
        <translation>Der Test brach ab; das Protokoll sagt, warum.</translation>
    </message>
    <message>
        <source>The text in {program} was changed since then, or the cursor was moved, so nothing was undone.</source>
        <translation>Der Text in {program} wurde seitdem geändert oder der Cursor bewegt, deshalb wurde nichts rückgängig gemacht.</translation>
    </message>
    <message>
        <source>The text is in the history and can be copied from there.</source>
        <translation>Der Text ist im Verlauf und kann von dort kopiert werden.</translation>
    </message>
    <message>
        <source>The text is on the clipboard, as you chose.</source>
        <translation>Der Text ist in der Zwischenablage, wie Sie es gewählt haben.</translation>
    </message>
    <message>
        <source>The text is on the clipboard: paste it where you want it, or choose “Insert again”.</source>
        <translation>Der Text ist in der Zwischenablage: Fügen Sie ihn ein, wo Sie ihn haben möchten, oder wählen Sie „Erneut einfügen“.</translation>
    </message>
    <message>
        <source>The text is written where your cursor is, in whatever program you use.</source>
        <translation>Der Text wird dort geschrieben, wo Ihr Cursor ist, in welchem Programm Sie auch arbeiten.</translation>
    </message>
    <message>
        <source>The text was inserted into {program}.</source>
        <translation>Der Text wurde in {program} eingefügt.</translation>
    </message>
    <message>
        <source>The text was sent to {program}, which does not tell whether it took it.</source>
        <translation>Der Text wurde an {program} gesendet; das Programm meldet nicht, ob es ihn angenommen hat.</translation>
    </message>
    <message>
        <source>The transcript shows sentences without a longer pause between them as running text.</source>
        <translation>Im Transkript stehen Sätze ohne längere Pause dazwischen als fortlaufender Text.</translation>
    </message>
    <message>
        <source>The transcript was cleared.</source>
        <translation>Das Transkript wurde geleert.</translation>
    </message>
    <message>
        <source>The translation is shown beside what you said.</source>
        <translation>Die Übersetzung steht neben dem, was Sie gesagt haben.</translation>
    </message>
    <message>
        <source>The trial was stopped.</source>
        <translation>Der Test wurde gestoppt.</translation>
    </message>
    <message>
        <source>The Wayland compositor cannot be reached, so text cannot be put into other programs.</source>
        <translation>Der Wayland-Compositor ist nicht erreichbar, daher kann kein Text in andere Programme eingefügt werden.</translation>
    </message>
    <message>
        <source>The whole text at the end</source>
        <translation>Den ganzen Text am Ende</translation>
    </message>
    <message>
        <source>the window in front</source>
        <translation>das Fenster im Vordergrund</translation>
    </message>
    <message>
        <source>The window in front did not read the text.</source>
        <translation>Das Fenster im Vordergrund hat den Text nicht gelesen.</translation>
    </message>
    <message>
        <source>The window is closed, the program runs on. To quit, use this icon's menu; the settings can change it.</source>
        <translation>Das Fenster ist geschlossen, das Programm läuft weiter. Zum Beenden dient das Menü dieses Symbols; in den Einstellungen lässt sich das ändern.</translation>
    </message>
    <message>
        <source>The window you began in ({program}) could not be brought back, so the text was not inserted.</source>
        <translation>Das Fenster, in dem Sie begonnen haben ({program}), konnte nicht zurückgeholt werden, daher wurde der Text nicht eingefügt.</translation>
    </message>
    <message>
        <source>The workflow of your account that transcribes.</source>
        <translation>Der Workflow Ihres Kontos, der transkribiert.</translation>
    </message>
    <message>
        <source>the written form is empty.</source>
        <translation>die geschriebene Form ist leer.</translation>
    </message>
    <message>
        <source>the written form is missing.</source>
        <translation>die geschriebene Form fehlt.</translation>
    </message>
    <message>
        <source>the written form is not a text.</source>
        <translation>die geschriebene Form ist kein Text.</translation>
    </message>
    <message>
        <source>The X display cannot be reached, so text cannot be put into other programs.</source>
        <translation>Das X-Display ist nicht erreichbar, daher kann kein Text in andere Programme eingefügt werden.</translation>
    </message>
    <message>
        <source>Then download the model again.</source>
        <translation>Laden Sie das Modell dann erneut herunter.</translation>
    </message>
    <message>
        <source>Then the dictation ends with what this computer heard, and a notice says so.</source>
        <translation>Dann endet das Diktat mit dem, was dieser Computer gehört hat, und ein Hinweis sagt es.</translation>
    </message>
    <message>
        <source>There are no dictations yet to try the keywords on.</source>
        <translation>Es gibt noch keine Diktate, an denen sich die Schlüsselwörter testen lassen.</translation>
    </message>
    <message>
        <source>There is no aiOla access token yet.</source>
        <translation>Es gibt noch kein aiOla-Zugriffstoken.</translation>
    </message>
    <message>
        <source>There is no aiOla API key yet.</source>
        <translation>Es gibt noch keinen API-Schlüssel für aiOla.</translation>
    </message>
    <message>
        <source>There is no audio output.</source>
        <translation>Es gibt keine Tonausgabe.</translation>
    </message>
    <message>
        <source>There is no build of the recognizer (CTranslate2) for Windows on ARM.</source>
        <translation>Vom Erkenner (CTranslate2) gibt es keine Fassung für Windows auf ARM.</translation>
    </message>
    <message>
        <source>There is no display, so text cannot be put into other programs.</source>
        <translation>Es gibt kein Display, daher kann kein Text in andere Programme eingefügt werden.</translation>
    </message>
    <message>
        <source>There is no file “{name}”.</source>
        <translation>Es gibt keine Datei „{name}“.</translation>
    </message>
    <message>
        <source>There is no key called “{last}”.</source>
        <translation>Es gibt keine Taste namens „{last}“.</translation>
    </message>
    <message>
        <source>There is no language called “{code}”.</source>
        <translation>Es gibt keine Sprache namens „{code}“.</translation>
    </message>
    <message>
        <source>There is no microphone called {name}.</source>
        <translation>Es gibt kein Mikrofon namens {name}.</translation>
    </message>
    <message>
        <source>There is no microphone.</source>
        <translation>Es gibt kein Mikrofon.</translation>
    </message>
    <message>
        <source>There is no model called {id}.</source>
        <translation>Es gibt kein Modell namens {id}.</translation>
    </message>
    <message>
        <source>There is no network route to {host}.</source>
        <translation>Zu {host} gibt es keine Netzwerkroute.</translation>
    </message>
    <message>
        <source>There is no recorded dictation to try the model on.</source>
        <translation>Es gibt kein aufgenommenes Diktat, an dem sich das Modell testen lässt.</translation>
    </message>
    <message>
        <source>There is no session bus, so no key is heard.</source>
        <translation>Es gibt keinen Sitzungsbus, daher wird keine Taste gehört.</translation>
    </message>
    <message>
        <source>There is no session bus, so text cannot be put into other programs.</source>
        <translation>Es gibt keinen Sitzungsbus, daher kann kein Text in andere Programme eingefügt werden.</translation>
    </message>
    <message>
        <source>There is no such folder. Choose one that holds the model files, or leave the line empty.</source>
        <translation>Diesen Ordner gibt es nicht. Wählen Sie einen, der die Modelldateien enthält, oder lassen Sie die Zeile leer.</translation>
    </message>
    <message>
        <source>There is no text to export yet.</source>
        <translation>Es gibt noch keinen Text zum Exportieren.</translation>
    </message>
    <message>
        <source>There is no token address yet.</source>
        <translation>Es gibt noch keine Token-Adresse.</translation>
    </message>
    <message>
        <source>There is not enough space for the model: {needed} are needed, {free} are free.</source>
        <translation>Für das Modell ist nicht genug Platz: {needed} werden gebraucht, {free} sind frei.</translation>
    </message>
    <message>
        <source>There is nothing to remove.</source>
        <translation>Es gibt nichts zu entfernen.</translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation>Es gibt nichts rückgängig zu machen.</translation>
    </message>
    <message>
        <source>There is too little free memory for the recognition model {model}.</source>
        <translation>Für das Erkennungsmodell {model} ist zu wenig Arbeitsspeicher frei.</translation>
    </message>
    <message>
        <source>There was no microphone.</source>
        <translation>Es gab kein Mikrofon.</translation>
    </message>
    <message>
        <source>These keywords change nothing in your last dictations.</source>
        <translation>Diese Schlüsselwörter ändern nichts an Ihren letzten Diktaten.</translation>
    </message>
    <message>
        <source>These models recognize speech on this computer. What you say does not leave it.</source>
        <translation>Diese Modelle erkennen Sprache auf diesem Computer. Was Sie sagen, verlässt ihn nicht.</translation>
    </message>
    <message>
        <source>These notes are in English.</source>
        <translation>Diese Hinweise sind auf Englisch.</translation>
    </message>
    <message>
        <source>These seconds are kept: transcribe them from the window once aiOla answers again.</source>
        <translation>Diese Sekunden bleiben erhalten: Transkribieren Sie sie im Fenster, sobald aiOla wieder antwortet.</translation>
    </message>
    <message>
        <source>This account has no dictation left to open at the same time.</source>
        <translation>Dieses Konto kann kein weiteres Diktat gleichzeitig öffnen.</translation>
    </message>
    <message>
        <source>This account has no permission at {host} (while {doing}).</source>
        <translation>Dieses Konto hat bei {host} keine Berechtigung (bei: {doing}).</translation>
    </message>
    <message>
        <source>This compositor lets no program press keys, so text cannot be put into other programs.</source>
        <translation>Dieser Compositor lässt kein Programm Tasten drücken, daher kann kein Text in andere Programme eingefügt werden.</translation>
    </message>
    <message>
        <source>This compositor lets no program without a window use the clipboard.</source>
        <translation>Dieser Compositor lässt kein Programm ohne Fenster die Zwischenablage verwenden.</translation>
    </message>
    <message>
        <source>This computer heard this; the text of {recognizer} will replace it unless you edit it</source>
        <translation>Das hat dieser Computer gehört; der Text von {recognizer} wird es ersetzen, wenn Sie es nicht bearbeiten</translation>
    </message>
    <message>
        <source>This computer listens along</source>
        <translation>Dieser Computer hört mit</translation>
    </message>
    <message>
        <source>This computer writes at once, and its text stays</source>
        <translation>Dieser Computer schreibt sofort, und sein Text bleibt</translation>
    </message>
    <message>
        <source>This computer's clock is {length} ahead.</source>
        <translation>Die Uhr dieses Computers geht {length} vor.</translation>
    </message>
    <message>
        <source>This computer's clock is {length} behind.</source>
        <translation>Die Uhr dieses Computers geht {length} nach.</translation>
    </message>
    <message>
        <source>This computer's processor is too old for the recognizer: it lacks instructions that CTranslate2 needs (AVX).</source>
        <translation>Der Prozessor dieses Computers ist zu alt für den Erkenner: Ihm fehlen Befehle, die CTranslate2 braucht (AVX).</translation>
    </message>
    <message>
        <source>This desktop hears keys itself and passes none on. Give it the key in its own settings:</source>
        <translation>Dieser Desktop hört Tasten selbst und gibt keine weiter. Tragen Sie die Taste in seinen Einstellungen ein:</translation>
    </message>
    <message>
        <source>This desktop lets no other program hear a key.</source>
        <translation>Dieser Desktop lässt kein anderes Programm eine Taste hören.</translation>
    </message>
    <message>
        <source>This desktop passes no mouse buttons such as {chord} on to other programs.</source>
        <translation>Dieser Desktop gibt Maustasten wie {chord} nicht an andere Programme weiter.</translation>
    </message>
    <message>
        <source>This desktop shows no tray icon.</source>
        <translation>Dieser Desktop zeigt kein Symbol im Infobereich.</translation>
    </message>
    <message>
        <source>This dictation is in use.</source>
        <translation>Dieses Diktat wird gerade verwendet.</translation>
    </message>
    <message>
        <source>This dictation is not in the history.</source>
        <translation>Dieses Diktat ist nicht im Verlauf.</translation>
    </message>
    <message>
        <source>This dictation is still being recorded.</source>
        <translation>Dieses Diktat wird noch aufgenommen.</translation>
    </message>
    <message>
        <source>This dictation or its earlier text was deleted meanwhile.</source>
        <translation>Dieses Diktat oder sein früherer Text wurde inzwischen gelöscht.</translation>
    </message>
    <message>
        <source>This dictation was deleted meanwhile.</source>
        <translation>Dieses Diktat wurde inzwischen gelöscht.</translation>
    </message>
    <message>
        <source>This is no address. Write it as https://models.example.com/whisper.</source>
        <translation>Das ist keine Adresse. Schreiben Sie sie wie https://models.example.com/whisper.</translation>
    </message>
    <message>
        <source>This is not a JSON file with keywords.</source>
        <translation>Das ist keine JSON-Datei mit Schlüsselwörtern.</translation>
    </message>
    <message>
        <source>This is not a Saywrite command.</source>
        <translation>Das ist kein Befehl von Saywrite.</translation>
    </message>
    <message>
        <source>This is the newest version</source>
        <translation>Dies ist die neueste Version</translation>
    </message>
    <message>
        <source>This keyboard has no {chord}.</source>
        <translation>Diese Tastatur hat kein {chord}.</translation>
    </message>
    <message>
        <source>This month: {parts}.</source>
        <translation>In diesem Monat: {parts}.</translation>
    </message>
    <message>
        <source>This recording is too long for a WAV file (37 hours).</source>
        <translation>Diese Aufnahme ist zu lang für eine WAV-Datei (37 Stunden).</translation>
    </message>
    <message>
        <source>This sounds like {name}, but {chosen} is chosen.</source>
        <translation>Das klingt nach {name}, gewählt ist aber {chosen}.</translation>
    </message>
    <message>
        <source>This system does not report {key} to other programs.</source>
        <translation>Dieses System meldet {key} nicht an andere Programme.</translation>
    </message>
    <message>
        <source>This system has no keyring to keep the key in.</source>
        <translation>Dieses System hat keinen Schlüsselbund, in dem der Schlüssel aufbewahrt werden kann.</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in a terminal.</source>
        <translation>Dieser Text lässt sich in einem Terminal nicht sicher rückgängig machen.</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in this program.</source>
        <translation>Dieser Text lässt sich in diesem Programm nicht sicher rückgängig machen.</translation>
    </message>
    <message>
        <source>This text was changed elsewhere meanwhile, so your changes were not saved. They are still here.</source>
        <translation>Dieser Text wurde inzwischen an anderer Stelle geändert, daher wurden Ihre Änderungen nicht gespeichert. Sie stehen noch hier.</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Zeiten</translation>
    </message>
    <message>
        <source>To permit it, turn off “{switch}” in Settings &gt; Files and privacy.</source>
        <translation>Um es zu erlauben, schalten Sie „{switch}“ unter Einstellungen &gt; Dateien und Datenschutz aus.</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Token address</source>
        <translation>Token-Adresse</translation>
    </message>
    <message>
        <source>Token address of your company</source>
        <translation>Token-Adresse Ihrer Firma</translation>
    </message>
    <message>
        <source>Too loud: the sound is distorted.</source>
        <translation>Zu laut: Der Ton ist verzerrt.</translation>
    </message>
    <message>
        <source>took {time}</source>
        <translation>Dauer: {time}</translation>
    </message>
    <message>
        <source>Transcribe</source>
        <translation>Transkribieren</translation>
    </message>
    <message>
        <source>Transcribe a file</source>
        <translation>Datei transkribieren</translation>
    </message>
    <message>
        <source>Transcribe a file…</source>
        <translation>Datei transkribieren…</translation>
    </message>
    <message>
        <source>Transcribe a folder</source>
        <translation>Ordner transkribieren</translation>
    </message>
    <message>
        <source>Transcribe the file again later.</source>
        <translation>Transkribieren Sie die Datei später erneut.</translation>
    </message>
    <message>
        <source>Transcribed files</source>
        <translation>Transkribierte Dateien</translation>
    </message>
    <message>
        <source>Transcribed {file}{rest}</source>
        <translation>{file} transkribiert{rest}</translation>
    </message>
    <message>
        <source>transcribes an audio file; you can also drop one here</source>
        <translation>transkribiert eine Audiodatei; Sie können auch eine hierher ziehen</translation>
    </message>
    <message>
        <source>Transcribing again: {recognizer}, {language}</source>
        <translation>Wird erneut transkribiert: {recognizer}, {language}</translation>
    </message>
    <message>
        <source>Transcribing {name}, press to cancel</source>
        <translation>{name} wird transkribiert, zum Abbrechen drücken</translation>
    </message>
    <message>
        <source>Transcribing… Cancel</source>
        <translation>Wird transkribiert… Abbrechen</translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation>Transkript</translation>
    </message>
    <message>
        <source>Translate into</source>
        <translation>Übersetzen in</translation>
    </message>
    <message>
        <source>Translation</source>
        <translation>Übersetzung</translation>
    </message>
    <message>
        <source>Try &amp;keywords…</source>
        <translation>Schlüsselwörter &amp;testen…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Try again and enter the password.</source>
        <translation>Versuchen Sie es erneut und geben Sie das Passwort ein.</translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation>Versuchen Sie es gleich noch einmal.</translation>
    </message>
    <message>
        <source>Try again in a moment; if that does not help, end process {pid} and start Saywrite again.</source>
        <translation>Versuchen Sie es gleich noch einmal; wenn das nicht hilft, beenden Sie den Prozess {pid} und starten Sie Saywrite neu.</translation>
    </message>
    <message>
        <source>Try again later, or look at the page of Saywrite.</source>
        <translation>Versuchen Sie es später erneut oder sehen Sie auf der Seite von Saywrite nach.</translation>
    </message>
    <message>
        <source>Try again; the log has the details.</source>
        <translation>Versuchen Sie es erneut; Einzelheiten stehen im Protokoll.</translation>
    </message>
    <message>
        <source>Try it here</source>
        <translation>Probieren Sie es hier aus</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations</source>
        <translation>Schlüsselwörter an Ihren letzten Diktaten testen</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations…</source>
        <translation>Schlüsselwörter an Ihren letzten Diktaten testen…</translation>
    </message>
    <message>
        <source>Try on my last dictation</source>
        <translation>An meinem letzten Diktat testen</translation>
    </message>
    <message>
        <source>Typing (slower, does not use the clipboard)</source>
        <translation>Tippen (langsamer, benutzt die Zwischenablage nicht)</translation>
    </message>
    <message>
        <source>unavailable</source>
        <translation>nicht verfügbar</translation>
    </message>
    <message>
        <source>Unchanged:</source>
        <translation>Unverändert:</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Undo it in the program itself, or select it there and delete it.</source>
        <translation>Machen Sie es im Programm selbst rückgängig, oder wählen Sie den Text dort aus und löschen Sie ihn.</translation>
    </message>
    <message>
        <source>Undo the &amp;cancellation</source>
        <translation>&amp;Abbruch rückgängig machen</translation>
    </message>
    <message>
        <source>Undo the last &amp;insertion</source>
        <translation>Letztes Einfügen &amp;rückgängig machen</translation>
    </message>
    <message>
        <source>undoes</source>
        <translation>rückgängig machen</translation>
    </message>
    <message>
        <source>Undone in {program}</source>
        <translation>In {program} rückgängig gemacht</translation>
    </message>
    <message>
        <source>Unlock it with its password, then try again.</source>
        <translation>Entsperren Sie ihn mit seinem Passwort und versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>Unlock the login keychain in Keychain Access.</source>
        <translation>Entsperren Sie den Schlüsselbund „Anmeldung“ in der Schlüsselbundverwaltung.</translation>
    </message>
    <message>
        <source>Unmute it in the sound settings or with its mute key.</source>
        <translation>Heben Sie die Stummschaltung in den Toneinstellungen oder mit der Stummtaste auf.</translation>
    </message>
    <message>
        <source>Unplug the microphone and plug it in again, or restart.</source>
        <translation>Ziehen Sie das Mikrofon ab und schließen Sie es wieder an, oder starten Sie neu.</translation>
    </message>
    <message>
        <source>Until the text is there</source>
        <translation>Bis der Text da ist</translation>
    </message>
    <message>
        <source>Until you delete them</source>
        <translation>Bis Sie sie löschen</translation>
    </message>
    <message>
        <source>Up to 10 s</source>
        <translation>Bis 10 s</translation>
    </message>
    <message>
        <source>Update Saywrite, or start with --data and another folder.</source>
        <translation>Aktualisieren Sie Saywrite, oder starten Sie mit --data und einem anderen Ordner.</translation>
    </message>
    <message>
        <source>Use --data.</source>
        <translation>Verwenden Sie --data.</translation>
    </message>
    <message>
        <source>Use an HTTP proxy.</source>
        <translation>Verwenden Sie einen HTTP-Proxy.</translation>
    </message>
    <message>
        <source>Use Ctrl, Alt, Shift or Super.</source>
        <translation>Verwenden Sie Ctrl, Alt, Shift oder Super.</translation>
    </message>
    <message>
        <source>Use headphones: a microphone near a loudspeaker hears the sound.</source>
        <translation>Benutzen Sie Kopfhörer: Ein Mikrofon nahe einem Lautsprecher hört den Signalton mit.</translation>
    </message>
    <message>
        <source>Use of the key</source>
        <translation>Verwendung der Taste</translation>
    </message>
    <message>
        <source>Use Settings &gt; Apps &gt; Startup instead.</source>
        <translation>Verwenden Sie stattdessen Einstellungen &gt; Apps &gt; Autostart.</translation>
    </message>
    <message>
        <source>Use t&amp;his text</source>
        <translation>Diesen Text &amp;verwenden</translation>
    </message>
    <message>
        <source>Use the same version of Saywrite for both.</source>
        <translation>Verwenden Sie für beides dieselbe Version von Saywrite.</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Dieses Modell verwenden</translation>
    </message>
    <message>
        <source>Use {label}</source>
        <translation>{label} verwenden</translation>
    </message>
    <message>
        <source>Utterance {index} of {total}, {start} to {end}. Enter plays it.</source>
        <translation>Äußerung {index} von {total}, {start} bis {end}. Die Eingabetaste spielt sie ab.</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Very quiet.</source>
        <translation>Sehr leise.</translation>
    </message>
    <message>
        <source>video encoders that PyAV's wheels carry as separate libraries; Saywrite does not use them</source>
        <translation>Video-Encoder, die die Wheels von PyAV als eigene Bibliotheken enthalten; Saywrite verwendet sie nicht</translation>
    </message>
    <message>
        <source>voice start stop listening accessibility</source>
        <translation>Freihand Stimme Sprachsteuerung starten stoppen zuhören Barrierefreiheit Bedienungshilfen</translation>
    </message>
    <message>
        <source>Volume of the sounds</source>
        <translation>Lautstärke der Signaltöne</translation>
    </message>
    <message>
        <source>Wait at the end for</source>
        <translation>Am Ende höchstens warten</translation>
    </message>
    <message>
        <source>Wait: aiOla's text replaces what this computer hears meanwhile</source>
        <translation>Warten: Der Text von aiOla ersetzt, was dieser Computer inzwischen hört</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>waiting for a phrase</source>
        <translation>wartet auf den Sprachbefehl</translation>
    </message>
    <message>
        <source>Waiting, continues at {confirmed}</source>
        <translation>Wartet, geht weiter bei {confirmed}</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>WAV audio (*.wav)</source>
        <translation>WAV-Audio (*.wav)</translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation>Wellenform</translation>
    </message>
    <message>
        <source>Waveform of the recording</source>
        <translation>Wellenform der Aufnahme</translation>
    </message>
    <message>
        <source>WebVTT subtitles</source>
        <translation>WebVTT-Untertitel</translation>
    </message>
    <message>
        <source>Welcome to Saywrite</source>
        <translation>Willkommen bei Saywrite</translation>
    </message>
    <message>
        <source>What answers as {host} has a certificate for another name.</source>
        <translation>Was als {host} antwortet, hat ein Zertifikat für einen anderen Namen.</translation>
    </message>
    <message>
        <source>What has arrived is kept: {size}.</source>
        <translation>Was schon angekommen ist, bleibt erhalten: {size}.</translation>
    </message>
    <message>
        <source>What is in it now will be gone.</source>
        <translation>Der bisherige Inhalt geht verloren.</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>Neuigkeiten</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>Der Inhalt der Zwischenablage kommt zu langsam von seinem Programm und konnte nicht gesichert werden. Daher blieb er unverändert, und der Text wurde in {program} getippt.</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so the text was not inserted.</source>
        <translation>Der Inhalt der Zwischenablage kommt zu langsam von seinem Programm und konnte nicht gesichert werden, daher wurde der Text nicht eingefügt.</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>Der Inhalt der Zwischenablage ist größer als 64 MB und konnte nicht gesichert werden. Daher blieb er unverändert, und der Text wurde in {program} getippt.</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so the text was not inserted.</source>
        <translation>Der Inhalt der Zwischenablage ist größer als 64 MB und konnte nicht gesichert werden, daher wurde der Text nicht eingefügt.</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>Was es tut</translation>
    </message>
    <message>
        <source>What it hears before a key is kept in memory for a moment, then forgotten.</source>
        <translation>Was das Mikrofon vor einem Tastendruck hört, bleibt einen Moment im Speicher und wird dann vergessen.</translation>
    </message>
    <message>
        <source>What Saywrite hears</source>
        <translation>Was Saywrite hört</translation>
    </message>
    <message>
        <source>What was inserted is unchanged.</source>
        <translation>Was eingefügt wurde, ist unverändert.</translation>
    </message>
    <message>
        <source>What you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>Was Sie in einem Text korrigieren, merkt sich dieser Computer, solange dessen Diktat im Verlauf ist.</translation>
    </message>
    <message>
        <source>What you dictated stays in the history.</source>
        <translation>Was Sie diktiert haben, bleibt im Verlauf.</translation>
    </message>
    <message>
        <source>What you said is kept. Press the key to go on.</source>
        <translation>Was Sie gesagt haben, bleibt erhalten. Drücken Sie die Taste, um weiterzumachen.</translation>
    </message>
    <message>
        <source>What you said is kept. Say the phrase again to go on.</source>
        <translation>Was Sie gesagt haben, bleibt erhalten. Wiederholen Sie den Sprachbefehl, um weiterzumachen.</translation>
    </message>
    <message>
        <source>What you said is kept. Saywrite waits for the phrase again when the screen is unlocked.</source>
        <translation>Was Sie gesagt haben, bleibt erhalten. Saywrite wartet wieder auf den Sprachbefehl, sobald der Bildschirm entsperrt ist.</translation>
    </message>
    <message>
        <source>What you say shortly before the key press is written, too. The microphone then stays open between dictations; older sound is forgotten at once.</source>
        <translation>Auch was Sie kurz vor dem Tastendruck sagen, wird geschrieben. Das Mikrofon bleibt dann zwischen Diktaten geöffnet; älterer Ton wird sofort vergessen.</translation>
    </message>
    <message>
        <source>What's new</source>
        <translation>Neuigkeiten</translation>
    </message>
    <message>
        <source>When aiOla cannot be reached</source>
        <translation>Wenn aiOla nicht erreichbar ist</translation>
    </message>
    <message>
        <source>When each paragraph begins. Ctrl+Enter in the text plays the sentence at the cursor.</source>
        <translation>Wann jeder Absatz beginnt. Strg+Eingabe im Text spielt den Satz am Cursor ab.</translation>
    </message>
    <message>
        <source>When each paragraph begins. Enter in the text plays from the word at the cursor.</source>
        <translation>Wann jeder Absatz beginnt. Die Eingabetaste im Text spielt ab dem Wort am Cursor ab.</translation>
    </message>
    <message>
        <source>When I &amp;hear</source>
        <translation>Wenn ich h&amp;öre</translation>
    </message>
    <message>
        <source>When I say</source>
        <translation>Wenn ich sage</translation>
    </message>
    <message>
        <source>When the recognizer sets no punctuation</source>
        <translation>Wenn der Erkenner keine Satzzeichen setzt</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Wohin</translation>
    </message>
    <message>
        <source>Where &amp;my speech went…</source>
        <translation>Wohin &amp;meine Worte gingen…</translation>
    </message>
    <message>
        <source>Where my speech went – Saywrite</source>
        <translation>Wohin meine Worte gingen – Saywrite</translation>
    </message>
    <message>
        <source>Where my speech went, by month</source>
        <translation>Wohin meine Worte gingen, nach Monat</translation>
    </message>
    <message>
        <source>Which texts are shown</source>
        <translation>Welche Texte angezeigt werden</translation>
    </message>
    <message>
        <source>While you dictate, use headphones: a microphone near a loudspeaker hears what is read.</source>
        <translation>Benutzen Sie beim Diktieren Kopfhörer: Ein Mikrofon nahe einem Lautsprecher hört mit, was vorgelesen wird.</translation>
    </message>
    <message>
        <source>whisper engine</source>
        <translation>Whisper Engine Spracherkennung</translation>
    </message>
    <message>
        <source>Who writes</source>
        <translation>Wer schreibt</translation>
    </message>
    <message>
        <source>Who writes what you say?</source>
        <translation>Wer schreibt, was Sie sagen?</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>Windows does not report {chord} to other programs.</source>
        <translation>Windows meldet {chord} nicht an andere Programme.</translation>
    </message>
    <message>
        <source>Windows refused it ({reason}).</source>
        <translation>Windows hat es abgelehnt ({reason}).</translation>
    </message>
    <message>
        <source>Windows reports no key to Saywrite any more.</source>
        <translation>Windows meldet Saywrite keine Tasten mehr.</translation>
    </message>
    <message>
        <source>With a higher value, only clear speech is written.</source>
        <translation>Mit einem höheren Wert wird nur deutliche Sprache geschrieben.</translation>
    </message>
    <message>
        <source>With less motion, the overlay's level moves rarely.</source>
        <translation>Mit weniger Bewegung ändert sich der Pegel im Overlay nur selten.</translation>
    </message>
    <message>
        <source>Without text yet</source>
        <translation>Noch ohne Text</translation>
    </message>
    <message>
        <source>Without {name} all texts would have the same name.</source>
        <translation>Ohne {name} hätten alle Texte denselben Namen.</translation>
    </message>
    <message>
        <source>Words as they come</source>
        <translation>Wörter, wie sie kommen</translation>
    </message>
    <message>
        <source>Words it should know</source>
        <translation>Wörter, die Saywrite kennen soll</translation>
    </message>
    <message>
        <source>words vocabulary dictionary lab learn correct</source>
        <translation>Wörter Vokabular Wortschatz Wörterbuch Schlüsselwortlabor lernen korrigieren Korrektur</translation>
    </message>
    <message>
        <source>Workflow</source>
        <translation>Workflow</translation>
    </message>
    <message>
        <source>Works without a network. What you say does not leave this computer.</source>
        <translation>Funktioniert ohne Netzwerk. Was Sie sagen, verlässt diesen Computer nicht.</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>Schreiben</translation>
    </message>
    <message>
        <source>Write a space instead</source>
        <translation>Stattdessen ein Leerzeichen schreiben</translation>
    </message>
    <message>
        <source>Write each modifier once.</source>
        <translation>Schreiben Sie jede Zusatztaste nur einmal.</translation>
    </message>
    <message>
        <source>Write it like Ctrl+Alt+Space, F9 or Right Ctrl.</source>
        <translation>Schreiben Sie sie zum Beispiel so: Ctrl+Alt+Space, F9 oder Right Ctrl.</translation>
    </message>
    <message>
        <source>Write the whole path of the folder, or an address that begins with https://.</source>
        <translation>Schreiben Sie den ganzen Pfad des Ordners oder eine Adresse, die mit https:// beginnt.</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>Wird geschrieben…</translation>
    </message>
    <message>
        <source>written</source>
        <translation>geschrieben</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Gestern</translation>
    </message>
    <message>
        <source>You can already speak: your words are recorded, and written as soon as the model is here.</source>
        <translation>Sie können schon sprechen: Ihre Worte werden aufgenommen und geschrieben, sobald das Modell da ist.</translation>
    </message>
    <message>
        <source>You can change this at any time.</source>
        <translation>Sie können dies jederzeit ändern.</translation>
    </message>
    <message>
        <source>You can listen again to a recording that is kept. It stays on this computer.</source>
        <translation>Eine aufbewahrte Aufnahme können Sie noch einmal anhören. Sie bleibt auf diesem Computer.</translation>
    </message>
    <message>
        <source>You changed keywords and did not apply the changes.</source>
        <translation>Sie haben Schlüsselwörter geändert, die Änderungen aber nicht angewendet.</translation>
    </message>
    <message>
        <source>You changed the text and did not save it.</source>
        <translation>Sie haben den Text geändert, aber nicht gespeichert.</translation>
    </message>
    <message>
        <source>You corrected these words in your texts.</source>
        <translation>Diese Wörter haben Sie in Ihren Texten korrigiert.</translation>
    </message>
    <message numerus="yes">
        <source>You stopped before {n} recordings: their texts were used.</source>
        <extracomment>Singular: You stopped before {n} recording: its text was used.</extracomment>
        <translation>
            <numerusform>{n} Aufnahme wurde nicht mehr erkannt, weil Sie gestoppt haben: Verwendet wurde der vorhandene Text.</numerusform>
            <numerusform>{n} Aufnahmen wurden nicht mehr erkannt, weil Sie gestoppt haben: Verwendet wurden die vorhandenen Texte.</numerusform>
        </translation>
    </message>
    <message>
        <source>You went to another window before the text was there.</source>
        <translation>Sie sind zu einem anderen Fenster gewechselt, bevor der Text da war.</translation>
    </message>
    <message>
        <source>Your words appear here as you say them. Press Stop when you are done.</source>
        <translation>Ihre Worte erscheinen hier, während Sie sprechen. Drücken Sie „Stopp“, wenn Sie fertig sind.</translation>
    </message>
    <message>
        <source>Your words are recorded. They are written as soon as the model is here.</source>
        <translation>Ihre Worte werden aufgenommen. Sie werden geschrieben, sobald das Modell da ist.</translation>
    </message>
    <message>
        <source>Your words are written as soon as the model is here.</source>
        <translation>Ihre Worte werden geschrieben, sobald das Modell da ist.</translation>
    </message>
    <message>
        <source>{added:,} added</source>
        <translation>{added:,} hinzugefügt</translation>
    </message>
    <message>
        <source>{cells} columns instead of 2; put quotation marks around text with a comma.</source>
        <translation>{cells} Spalten statt 2; setzen Sie Text mit einem Komma in Anführungszeichen.</translation>
    </message>
    <message>
        <source>{changed:,} changed</source>
        <translation>{changed:,} geändert</translation>
    </message>
    <message>
        <source>{chord} is already your other key.</source>
        <translation>{chord} ist schon Ihre andere Taste.</translation>
    </message>
    <message>
        <source>{chord} is needed for writing: add Ctrl, Alt or Super.</source>
        <translation>{chord} wird zum Schreiben gebraucht: Nehmen Sie Strg, Alt oder Super hinzu.</translation>
    </message>
    <message>
        <source>{chord} usually {purpose}.</source>
        <translation>Übliche Funktion von {chord}: {purpose}.</translation>
    </message>
    <message>
        <source>{column}, keyword {row}</source>
        <translation>{column}, Schlüsselwort {row}</translation>
    </message>
    <message>
        <source>{confirmed} of {length}</source>
        <translation>{confirmed} von {length}</translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}</source>
        <translation>{day:%A}, {number}. {day:%B}</translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}, {year}</source>
        <translation>{day:%A}, {number}. {day:%B} {year}</translation>
    </message>
    <message>
        <source>{device} (not connected)</source>
        <translation>{device} (nicht verbunden)</translation>
    </message>
    <message>
        <source>{device} is open all the time, as you chose.</source>
        <translation>{device} ist dauerhaft geöffnet, wie Sie es gewählt haben.</translation>
    </message>
    <message>
        <source>{dictations} exported to {name}</source>
        <translation>{dictations} nach {name} exportiert</translation>
    </message>
    <message>
        <source>{dictations}, {length} in all</source>
        <translation>{dictations}, insgesamt {length}</translation>
    </message>
    <message numerus="yes">
        <source>{done} of {n:,} files done</source>
        <extracomment>Singular: {done} of {n:,} file done</extracomment>
        <translation>
            <numerusform>{done} von {n:,} Datei fertig</numerusform>
            <numerusform>{done} von {n:,} Dateien fertig</numerusform>
        </translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} von {total}</translation>
    </message>
    <message>
        <source>{download_bytes} to download · {disk_bytes} on disk · {memory_bytes} of memory · {license} license</source>
        <translation>{download_bytes} Download · {disk_bytes} auf dem Datenträger · {memory_bytes} Arbeitsspeicher · Lizenz: {license}</translation>
    </message>
    <message>
        <source>{file} cannot be read: {error}</source>
        <translation>{file} kann nicht gelesen werden: {error}</translation>
    </message>
    <message>
        <source>{file} was written by a newer version of Saywrite; what this one knows is used.</source>
        <translation>{file} wurde von einer neueren Version von Saywrite geschrieben; verwendet wird, was diese kennt.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Its default is used: {shown}.</source>
        <translation>{file}: {name} {problem}. Verwendet wird der Standardwert: {shown}.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Nothing leaves this computer until it is corrected.</source>
        <translation>{file}: {name} {problem}. Nichts verlässt diesen Computer, bis das berichtigt ist.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Recordings are kept until it is corrected.</source>
        <translation>{file}: {name} {problem}. Aufnahmen werden aufbewahrt, bis das berichtigt ist.</translation>
    </message>
    <message>
        <source>{folder} belongs to another user; commands from other programs are not taken.</source>
        <translation>{folder} gehört einem anderen Benutzer; Befehle anderer Programme werden nicht angenommen.</translation>
    </message>
    <message>
        <source>{folder} is a link; commands from other programs are not taken.</source>
        <translation>{folder} ist ein Link; Befehle anderer Programme werden nicht angenommen.</translation>
    </message>
    <message>
        <source>{folder} is no folder; commands from other programs are not taken.</source>
        <translation>{folder} ist kein Ordner; Befehle anderer Programme werden nicht angenommen.</translation>
    </message>
    <message>
        <source>{folder} is open to other users ({mode:03o}); commands from other programs are not taken.</source>
        <translation>{folder} ist für andere Benutzer offen ({mode:03o}); Befehle anderer Programme werden nicht angenommen.</translation>
    </message>
    <message>
        <source>{format} ({suffix})</source>
        <translation>{format} ({suffix})</translation>
    </message>
    <message>
        <source>{found:,} found</source>
        <translation>{found:,} gefunden</translation>
    </message>
    <message>
        <source>{freed} of disk space become free. It can be downloaded again at any time.</source>
        <translation>{freed} Speicherplatz werden frei. Das Modell lässt sich jederzeit wieder herunterladen.</translation>
    </message>
    <message>
        <source>{go_on} See the settings.</source>
        <translation>{go_on} Siehe Einstellungen.</translation>
    </message>
    <message>
        <source>{host} cannot prove who it is: this computer does not trust its certificate.</source>
        <translation>{host} kann sich nicht ausweisen: Dieser Computer vertraut dem Zertifikat nicht.</translation>
    </message>
    <message>
        <source>{host} closed the connection ({code}).</source>
        <translation>{host} hat die Verbindung geschlossen ({code}).</translation>
    </message>
    <message>
        <source>{host} closed the connection.</source>
        <translation>{host} hat die Verbindung geschlossen.</translation>
    </message>
    <message>
        <source>{host} closed the session.</source>
        <translation>{host} hat die Sitzung geschlossen.</translation>
    </message>
    <message>
        <source>{host} does not accept the API key.</source>
        <translation>{host} akzeptiert den API-Schlüssel nicht.</translation>
    </message>
    <message>
        <source>{host} does not accept the request ({detail}).</source>
        <translation>{host} akzeptiert die Anfrage nicht ({detail}).</translation>
    </message>
    <message>
        <source>{host} does not answer.</source>
        <translation>{host} antwortet nicht.</translation>
    </message>
    <message>
        <source>{host} does not know this workflow.</source>
        <translation>{host} kennt diesen Workflow nicht.</translation>
    </message>
    <message>
        <source>{host} does not take this sound: its format or its length.</source>
        <translation>{host} nimmt diesen Ton nicht an: wegen seines Formats oder seiner Länge.</translation>
    </message>
    <message>
        <source>{host} ended the connection.</source>
        <translation>{host} hat die Verbindung beendet.</translation>
    </message>
    <message>
        <source>{host} gave an answer that makes no sense (while {doing}).</source>
        <translation>{host} hat eine unverständliche Antwort gegeben (bei: {doing}).</translation>
    </message>
    <message>
        <source>{host} gives out an access token that has expired.</source>
        <translation>{host} gibt ein abgelaufenes Zugriffstoken aus.</translation>
    </message>
    <message>
        <source>{host} gives this computer no access token.</source>
        <translation>{host} gibt diesem Computer kein Zugriffstoken.</translation>
    </message>
    <message>
        <source>{host} has a problem of its own ({detail}, while {doing}).</source>
        <translation>{host} hat selbst ein Problem ({detail}, bei: {doing}).</translation>
    </message>
    <message>
        <source>{host} has had too many requests from this account.</source>
        <translation>{host} hat zu viele Anfragen von diesem Konto erhalten.</translation>
    </message>
    <message>
        <source>{host} has no aiOla service at this address.</source>
        <translation>{host} hat unter dieser Adresse keinen aiOla-Dienst.</translation>
    </message>
    <message>
        <source>{host} is not found.</source>
        <translation>{host} wurde nicht gefunden.</translation>
    </message>
    <message>
        <source>{host} no longer accepts the access token.</source>
        <translation>{host} akzeptiert das Zugriffstoken nicht mehr.</translation>
    </message>
    <message>
        <source>{host} reports an error ({detail}, while {doing}).</source>
        <translation>{host} meldet einen Fehler ({detail}, bei: {doing}).</translation>
    </message>
    <message>
        <source>{host} sends a text that is far too long.</source>
        <translation>{host} sendet einen viel zu langen Text.</translation>
    </message>
    <message>
        <source>{host} sends far more than belongs to this sound.</source>
        <translation>{host} sendet viel mehr, als zu diesem Ton gehört.</translation>
    </message>
    <message>
        <source>{host} takes no connection.</source>
        <translation>{host} nimmt keine Verbindung an.</translation>
    </message>
    <message>
        <source>{host} was not contacted, because nothing may leave this computer.</source>
        <translation>Zu {host} wurde keine Verbindung aufgenommen, weil nichts diesen Computer verlassen darf.</translation>
    </message>
    <message>
        <source>{host}, or a gateway on the way to it, accepts no WebSocket ({detail}).</source>
        <translation>{host} oder ein Gateway auf dem Weg dorthin akzeptiert keinen WebSocket ({detail}).</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours} h</translation>
    </message>
    <message>
        <source>{hours} h left</source>
        <translation>noch {hours} h</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} h {minutes} min</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min left</source>
        <translation>noch {hours} h {minutes} min</translation>
    </message>
    <message>
        <source>{keywords} exported to {name}.</source>
        <translation>{keywords} nach {name} exportiert.</translation>
    </message>
    <message>
        <source>{key} can only be used alone, not with other keys.</source>
        <translation>{key} kann nur allein verwendet werden, nicht mit anderen Tasten.</translation>
    </message>
    <message>
        <source>{key} no longer works in combinations with other keys.</source>
        <translation>{key} wirkt dann nicht mehr in Kombination mit anderen Tasten.</translation>
    </message>
    <message>
        <source>{key} This is how it works in every program.</source>
        <translation>{key} So geht es in jedem Programm.</translation>
    </message>
    <message>
        <source>{label} (default)</source>
        <translation>{label} (Standard)</translation>
    </message>
    <message>
        <source>{label} ({size}) was not downloaded: the connection is metered.</source>
        <translation>{label} ({size}) wurde nicht heruntergeladen: Die Verbindung ist getaktet.</translation>
    </message>
    <message>
        <source>{label} account…</source>
        <translation>{label}-Konto…</translation>
    </message>
    <message>
        <source>{label} cannot be converted: {error}.</source>
        <translation>{label} kann nicht umgewandelt werden: {error}.</translation>
    </message>
    <message>
        <source>{label} cannot be downloaded: its files are not verified.</source>
        <translation>{label} kann nicht heruntergeladen werden: Die Dateien sind nicht geprüft.</translation>
    </message>
    <message>
        <source>{label} cannot be read: {reason}.</source>
        <translation>{label} kann nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>{label} cannot be removed: {reason}.</source>
        <translation>{label} kann nicht entfernt werden: {reason}.</translation>
    </message>
    <message>
        <source>{label} could not be downloaded ({reasons}).</source>
        <translation>{label} konnte nicht heruntergeladen werden ({reasons}).</translation>
    </message>
    <message>
        <source>{label} delivered no sound.</source>
        <translation>{label} lieferte keinen Ton.</translation>
    </message>
    <message>
        <source>{label} delivers no sound.</source>
        <translation>{label} liefert keinen Ton.</translation>
    </message>
    <message>
        <source>{label} delivers nothing but silence.</source>
        <translation>{label} liefert nur Stille.</translation>
    </message>
    <message>
        <source>{label} does not know {name}.</source>
        <translation>{label} kennt {name} nicht.</translation>
    </message>
    <message>
        <source>{label} is back.</source>
        <translation>{label} ist wieder da.</translation>
    </message>
    <message>
        <source>{label} is being downloaded by another Saywrite.</source>
        <translation>{label} wird gerade von einem anderen Saywrite heruntergeladen.</translation>
    </message>
    <message>
        <source>{label} is being downloaded: {arrived}</source>
        <translation>{label} wird heruntergeladen: {arrived}</translation>
    </message>
    <message>
        <source>{label} is being prepared for this computer.</source>
        <translation>{label} wird für diesen Computer vorbereitet.</translation>
    </message>
    <message>
        <source>{label} is damaged: its files are incomplete or were changed.</source>
        <translation>{label} ist beschädigt: Die Dateien sind unvollständig oder wurden verändert.</translation>
    </message>
    <message>
        <source>{label} is damaged: {files}. It is no longer used.</source>
        <translation>{label} ist beschädigt: {files}. Es wird nicht mehr verwendet.</translation>
    </message>
    <message>
        <source>{label} is muted.</source>
        <translation>{label} ist stummgeschaltet.</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other} until it is.</source>
        <translation>{label} ist nicht verbunden. Bis dahin wird {other} verwendet.</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other}.</source>
        <translation>{label} ist nicht verbunden. Verwendet wird {other}.</translation>
    </message>
    <message>
        <source>{label} is not on this computer yet.</source>
        <translation>{label} ist noch nicht auf diesem Computer.</translation>
    </message>
    <message>
        <source>{label} is not on this computer.</source>
        <translation>{label} ist nicht auf diesem Computer.</translation>
    </message>
    <message>
        <source>{label} is part of the installation and stays.</source>
        <translation>{label} gehört zur Installation und bleibt.</translation>
    </message>
    <message>
        <source>{label} is very quiet.</source>
        <translation>{label} ist sehr leise.</translation>
    </message>
    <message>
        <source>{label} was damaged while it was converted.</source>
        <translation>{label} wurde bei der Umwandlung beschädigt.</translation>
    </message>
    <message>
        <source>{label} was not available.</source>
        <translation>{label} war nicht verfügbar.</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other} until it is back.</source>
        <translation>{label} wurde abgezogen. Bis es wieder da ist, wird {other} verwendet.</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other}.</source>
        <translation>{label} wurde abgezogen. Verwendet wird {other}.</translation>
    </message>
    <message>
        <source>{label} went away.</source>
        <translation>{label} ist nicht mehr da.</translation>
    </message>
    <message>
        <source>{label}: choose a folder</source>
        <translation>{label}: Ordner wählen</translation>
    </message>
    <message>
        <source>{length} at {at}: {cause}</source>
        <translation>{length} bei {at}: {cause}</translation>
    </message>
    <message>
        <source>{length} of sound is missing {where}: {cause}</source>
        <translation>Ton fehlt ({length}) {where}: {cause}</translation>
    </message>
    <message>
        <source>{length} of sound missing</source>
        <translation>Ton fehlt: {length}</translation>
    </message>
    <message>
        <source>{length} of sound missing: {cause}</source>
        <translation>Ton fehlt ({length}): {cause}</translation>
    </message>
    <message>
        <source>{length} of speech stayed on this computer</source>
        <translation>{length} Sprechzeit nur auf diesem Computer</translation>
    </message>
    <message numerus="yes">
        <source>{length} recorded, {n:,} utterances.</source>
        <extracomment>Singular: {length} recorded, {n:,} utterance.</extracomment>
        <translation>
            <numerusform>{length} aufgenommen, {n:,} Äußerung.</numerusform>
            <numerusform>{length} aufgenommen, {n:,} Äußerungen.</numerusform>
        </translation>
    </message>
    <message>
        <source>{length} went to {host} ({bytes})</source>
        <translation>{length} an {host} ({bytes})</translation>
    </message>
    <message>
        <source>{megabytes:,.0f} MB</source>
        <translation>{megabytes:,.0f} MB</translation>
    </message>
    <message>
        <source>{method} knows only the options engine, language and activation-token, as text.</source>
        <translation>{method} kennt nur die Optionen engine, language und activation-token, als Text.</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} min</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>noch {minutes} min</translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation>{minutes} min {seconds} s</translation>
    </message>
    <message>
        <source>{missing}, at {at}.</source>
        <translation>{missing}, bei {at}.</translation>
    </message>
    <message>
        <source>{model} on this computer</source>
        <translation>{model} auf diesem Computer</translation>
    </message>
    <message>
        <source>{model} on your last dictation</source>
        <translation>{model} mit Ihrem letzten Diktat</translation>
    </message>
    <message>
        <source>{model} · on this computer</source>
        <translation>{model} · auf diesem Computer</translation>
    </message>
    <message>
        <source>{month:%B} {year}</source>
        <translation>{month:%B} {year}</translation>
    </message>
    <message numerus="yes">
        <source>{n:,} bytes</source>
        <extracomment>Singular: {n:,} byte</extracomment>
        <translation>
            <numerusform>{n:,} Byte</numerusform>
            <numerusform>{n:,} Bytes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations</source>
        <extracomment>Singular: {n:,} dictation</extracomment>
        <translation>
            <numerusform>{n:,} Diktat</numerusform>
            <numerusform>{n:,} Diktate</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations deleted.</source>
        <extracomment>Singular: {n:,} dictation deleted.</extracomment>
        <translation>
            <numerusform>{n:,} Diktat gelöscht.</numerusform>
            <numerusform>{n:,} Diktate gelöscht.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords</source>
        <extracomment>Singular: {n:,} keyword</extracomment>
        <translation>
            <numerusform>{n:,} Schlüsselwort</numerusform>
            <numerusform>{n:,} Schlüsselwörter</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords removed.</source>
        <extracomment>Singular: {n:,} keyword removed.</extracomment>
        <translation>
            <numerusform>{n:,} Schlüsselwort entfernt.</numerusform>
            <numerusform>{n:,} Schlüsselwörter entfernt.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} lines left out:</source>
        <extracomment>Singular: {n:,} line left out:</extracomment>
        <translation>
            <numerusform>{n:,} Zeile ausgelassen:</numerusform>
            <numerusform>{n:,} Zeilen ausgelassen:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more messages</source>
        <extracomment>Singular: {n:,} more message</extracomment>
        <translation>
            <numerusform>{n:,} weitere Meldung</numerusform>
            <numerusform>{n:,} weitere Meldungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more places</source>
        <extracomment>Singular: {n:,} more place</extracomment>
        <translation>
            <numerusform>{n:,} weiteren Stelle</numerusform>
            <numerusform>{n:,} weiteren Stellen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} segments</source>
        <extracomment>Singular: {n:,} segment</extracomment>
        <translation>
            <numerusform>{n:,} Abschnitt</numerusform>
            <numerusform>{n:,} Abschnitte</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} unfinished dictations</source>
        <extracomment>Singular: {n:,} unfinished dictation</extracomment>
        <translation>
            <numerusform>{n:,} unfertiges Diktat</numerusform>
            <numerusform>{n:,} unfertige Diktate</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances</source>
        <extracomment>Singular: {n:,} utterance</extracomment>
        <translation>
            <numerusform>{n:,} Äußerung</numerusform>
            <numerusform>{n:,} Äußerungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances waiting for text.</source>
        <extracomment>Singular: {n:,} utterance waiting for text.</extracomment>
        <translation>
            <numerusform>{n:,} Äußerung wartet auf Text.</numerusform>
            <numerusform>{n:,} Äußerungen warten auf Text.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} words</source>
        <extracomment>Singular: {n:,} word</extracomment>
        <translation>
            <numerusform>{n:,} Wort</numerusform>
            <numerusform>{n:,} Wörter</numerusform>
        </translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation>{names} und {last}</translation>
    </message>
    <message numerus="yes">
        <source>{names} and {n} more</source>
        <extracomment>Singular: {names} and {n} more</extracomment>
        <translation>
            <numerusform>{names} und {n} weitere</numerusform>
            <numerusform>{names} und {n} weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation>{name} kann nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>{name} for transcribing again</source>
        <translation>{name} für die erneute Transkription</translation>
    </message>
    <message>
        <source>{name} holds no keyring yet; it asks for a password when a key is saved.</source>
        <translation>{name} enthält noch keinen Schlüsselbund; beim Speichern eines Schlüssels wird nach einem Passwort gefragt.</translation>
    </message>
    <message>
        <source>{name} is locked; it asks for its password when the key is needed.</source>
        <translation>{name} ist gesperrt; das Passwort wird abgefragt, wenn der Schlüssel gebraucht wird.</translation>
    </message>
    <message>
        <source>{name} – not in {label}</source>
        <translation>{name} – nicht in {label}</translation>
    </message>
    <message>
        <source>{name}: recording from {device}</source>
        <translation>{name}: Aufnahme mit {device}</translation>
    </message>
    <message>
        <source>{name}: {changes}.</source>
        <translation>{name}: {changes}.</translation>
    </message>
    <message>
        <source>{number:,} of {found:,}</source>
        <translation>{number:,} von {found:,}</translation>
    </message>
    <message>
        <source>{number} {unit}</source>
        <translation>{number} {unit}</translation>
    </message>
    <message numerus="yes">
        <source>{n} corrections deleted; their texts stay.</source>
        <extracomment>Singular: {n} correction deleted; its text stays.</extracomment>
        <translation>
            <numerusform>{n} Korrektur gelöscht; der Text selbst bleibt.</numerusform>
            <numerusform>{n} Korrekturen gelöscht; die Texte selbst bleiben.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} days</source>
        <extracomment>Singular: {n} day</extracomment>
        <translation>
            <numerusform>{n} Tag</numerusform>
            <numerusform>{n} Tage</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} dictations have no recording: their texts were used.</source>
        <extracomment>Singular: {n} dictation has no recording: its text was used.</extracomment>
        <translation>
            <numerusform>{n} Diktat hat keine Aufnahme: Verwendet wurde der vorhandene Text.</numerusform>
            <numerusform>{n} Diktate haben keine Aufnahme: Verwendet wurden die vorhandenen Texte.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} hits.</source>
        <extracomment>Singular: {n} hit.</extracomment>
        <translation>
            <numerusform>{n} Treffer.</numerusform>
            <numerusform>{n} Treffer.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} keywords to check.</source>
        <extracomment>Singular: {n} keyword to check.</extracomment>
        <translation>
            <numerusform>{n} Schlüsselwort zu prüfen.</numerusform>
            <numerusform>{n} Schlüsselwörter zu prüfen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} minutes</source>
        <extracomment>Singular: {n} minute</extracomment>
        <translation>
            <numerusform>{n} Minute</numerusform>
            <numerusform>{n} Minuten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} of {all} dictations change.</source>
        <extracomment>Singular: {n} of {all} dictations changes.</extracomment>
        <translation>
            <numerusform>{n} von {all} Diktaten ändert sich.</numerusform>
            <numerusform>{n} von {all} Diktaten ändern sich.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} recordings were recognized again.</source>
        <extracomment>Singular: {n} recording was recognized again.</extracomment>
        <translation>
            <numerusform>{n} Aufnahme wurde erneut erkannt.</numerusform>
            <numerusform>{n} Aufnahmen wurden erneut erkannt.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} seconds</source>
        <extracomment>Singular: {n} second</extracomment>
        <translation>
            <numerusform>{n} Sekunde</numerusform>
            <numerusform>{n} Sekunden</numerusform>
        </translation>
    </message>
    <message>
        <source>{path} cannot be changed by Saywrite.</source>
        <translation>{path} kann von Saywrite nicht geändert werden.</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}). The defaults are used.</source>
        <translation>{path} kann nicht gelesen werden ({reason}). Es gelten die Standardwerte.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>{path} kann nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}. There are no keywords.</source>
        <translation>{path} kann nicht gelesen werden: {reason}. Es gibt keine Schlüsselwörter.</translation>
    </message>
    <message>
        <source>{path} cannot be used ({reason}).</source>
        <translation>{path} kann nicht verwendet werden ({reason}).</translation>
    </message>
    <message>
        <source>{path} is not a history of Saywrite. It was left as it is.</source>
        <translation>{path} ist kein Verlauf von Saywrite. Die Datei blieb, wie sie ist.</translation>
    </message>
    <message>
        <source>{path} is not a settings file ({error}).</source>
        <translation>{path} ist keine Einstellungsdatei ({error}).</translation>
    </message>
    <message>
        <source>{path} is not a settings file.</source>
        <translation>{path} ist keine Einstellungsdatei.</translation>
    </message>
    <message>
        <source>{path} is where Saywrite's socket should be; commands from other programs are not taken.</source>
        <translation>{path} liegt dort, wo der Socket von Saywrite sein sollte; Befehle anderer Programme werden nicht angenommen.</translation>
    </message>
    <message>
        <source>{path} was not saved: {reason}.</source>
        <translation>{path} wurde nicht gespeichert: {reason}.</translation>
    </message>
    <message>
        <source>{path}, line {line}: {what}</source>
        <translation>{path}, Zeile {line}: {what}</translation>
    </message>
    <message>
        <source>{path}: {what} It was kept as {name} beside it, and there are no keywords. Repair that file, then import it in the keyword list.</source>
        <translation>{path}: {what} Die Datei wird daneben als {name} aufbewahrt, und es gibt keine Schlüsselwörter. Reparieren Sie die aufbewahrte Datei und importieren Sie sie dann in der Schlüsselwortliste.</translation>
    </message>
    <message>
        <source>{path}: {what} It was left as it is, and there are no keywords. Repair or move it.</source>
        <translation>{path}: {what} Die Datei blieb, wie sie ist, und es gibt keine Schlüsselwörter. Reparieren oder verschieben Sie sie.</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error})</source>
        <translation>{place} kann nicht beschrieben werden ({error})</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error}).</source>
        <translation>{place} kann nicht beschrieben werden ({error}).</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk</source>
        <translation>{place} ist auf einem schreibgeschützten Datenträger</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk.</source>
        <translation>{place} ist auf einem schreibgeschützten Datenträger.</translation>
    </message>
    <message>
        <source>{position} of {length}</source>
        <translation>{position} von {length}</translation>
    </message>
    <message>
        <source>{program} could not be brought to the front, so nothing was undone.</source>
        <translation>{program} konnte nicht nach vorn geholt werden, deshalb wurde nichts rückgängig gemacht.</translation>
    </message>
    <message>
        <source>{program} did not read the text.</source>
        <translation>{program} hat den Text nicht gelesen.</translation>
    </message>
    <message>
        <source>{program} did not receive the text</source>
        <translation>{program} hat den Text nicht erhalten</translation>
    </message>
    <message>
        <source>{program} does not report whether you have typed there since, so nothing was undone.</source>
        <translation>{program} meldet nicht, ob Sie dort seitdem etwas eingegeben haben, deshalb wurde nichts rückgängig gemacht.</translation>
    </message>
    <message>
        <source>{program} received the text</source>
        <translation>{program} hat den Text erhalten</translation>
    </message>
    <message>
        <source>{program} was sent the text; no confirmation came</source>
        <translation>Der Text wurde an {program} gesendet; eine Bestätigung kam nicht</translation>
    </message>
    <message>
        <source>{recognizer} for {segments}</source>
        <translation>{recognizer}: {segments}</translation>
    </message>
    <message>
        <source>{recognizer}: {languages}.</source>
        <translation>{recognizer}: {languages}.</translation>
    </message>
    <message>
        <source>{rest} in {places}</source>
        <translation>{rest} an {places}</translation>
    </message>
    <message>
        <source>{seconds:.0f} s</source>
        <translation>{seconds:.0f} s</translation>
    </message>
    <message>
        <source>{seconds:.0f} s of the dictation have no text: {why}.</source>
        <translation>{seconds:.0f} s des Diktats haben keinen Text: {why}.</translation>
    </message>
    <message>
        <source>{seconds:.2f} s</source>
        <translation>{seconds:.2f} s</translation>
    </message>
    <message>
        <source>{seconds:g} seconds</source>
        <translation>{seconds:g} Sekunden</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation>noch {seconds} s</translation>
    </message>
    <message>
        <source>{sent} sent to {host}, {received} received</source>
        <translation>{sent} an {host} gesendet, {received} empfangen</translation>
    </message>
    <message>
        <source>{setting} (not connected)</source>
        <translation>{setting} (nicht verbunden)</translation>
    </message>
    <message>
        <source>{target} already exists.</source>
        <translation>{target} gibt es schon.</translation>
    </message>
    <message>
        <source>{then:%b} {day}, {then:%H:%M}</source>
        <translation>{day}. {then:%b}, {then:%H:%M}</translation>
    </message>
    <message>
        <source>{then:%b} {day}, {year}, {then:%H:%M}</source>
        <translation>{day}. {then:%b} {year}, {then:%H:%M}</translation>
    </message>
    <message>
        <source>{time:.0f} ms</source>
        <translation>{time:.0f} ms</translation>
    </message>
    <message>
        <source>{time} · at {start}</source>
        <translation>{time} · bei {start}</translation>
    </message>
    <message>
        <source>{unknown} is not known. Use {{name}}, {{date}} or {{language}}.</source>
        <translation>{unknown} ist nicht bekannt. Verwenden Sie {{name}}, {{date}} oder {{language}}.</translation>
    </message>
    <message>
        <source>{value} percent</source>
        <translation>{value} Prozent</translation>
    </message>
    <message>
        <source>{variable} is set in the environment and wins: {value}</source>
        <translation>{variable} ist in der Umgebung gesetzt und hat Vorrang: {value}</translation>
    </message>
    <message>
        <source>{variable} is set in the environment: that key is used, whatever is saved here.</source>
        <translation>{variable} ist in der Umgebung gesetzt: Dieser Schlüssel wird verwendet, was auch immer hier gespeichert ist.</translation>
    </message>
    <message numerus="yes">
        <source>{words:,} of {n:,} words</source>
        <extracomment>Singular: {words:,} of {n:,} word</extracomment>
        <translation>
            <numerusform>{words:,} von {n:,} Wort</numerusform>
            <numerusform>{words:,} von {n:,} Wörtern</numerusform>
        </translation>
    </message>
    <message>
        <source>{words} in {segments}</source>
        <translation>{words}, {segments}</translation>
    </message>
    <message>
        <source>{words}, {failed} failed</source>
        <translation>{words}, {failed} fehlgeschlagen</translation>
    </message>
    <message>
        <source>{{name}} is the name of the sound file, {{date}} is today, {{language}} the language. The ending chooses the format: {suffixes}.</source>
        <translation>{{name}} ist der Name der Tondatei, {{date}} das heutige Datum, {{language}} die Sprache. Die Endung bestimmt das Format: {suffixes}.</translation>
    </message>
    <message>
        <source>“Default” is the one chosen in the system's settings.</source>
        <translation>„Standard“ ist das Mikrofon, das in den Systemeinstellungen gewählt ist.</translation>
    </message>
    <message>
        <source>“Listen” plays the sounds for start, end and failure, one after the other.</source>
        <translation>„Anhören“ spielt die Signaltöne für Anfang, Ende und Fehler nacheinander ab.</translation>
    </message>
    <message>
        <source>“saywrite doctor” tells more.</source>
        <translation>Mehr erfahren Sie mit „saywrite doctor“.</translation>
    </message>
    <message>
        <source>“{file}” was not transcribed. {what}</source>
        <translation>„{file}“ wurde nicht transkribiert. {what}</translation>
    </message>
    <message>
        <source>“{name}” breaks off: its end, without which nothing of it can be decoded, is missing.</source>
        <translation>„{name}“ bricht ab: Das Ende, ohne das nichts davon dekodiert werden kann, fehlt.</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s could be read.</source>
        <translation>„{name}“ bricht ab: {seconds:.1f} s waren lesbar.</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s of {whole:.1f} s could be read.</source>
        <translation>„{name}“ bricht ab: {seconds:.1f} s von {whole:.1f} s waren lesbar.</translation>
    </message>
    <message>
        <source>“{name}” cannot be decoded.</source>
        <translation>„{name}“ kann nicht dekodiert werden.</translation>
    </message>
    <message>
        <source>“{name}” cannot be read: {reason}.</source>
        <translation>„{name}“ kann nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” could not be read: {reason}.</source>
        <translation>„{name}“ konnte nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” exists already.</source>
        <translation>„{name}“ gibt es schon.</translation>
    </message>
    <message>
        <source>“{name}” exists already. Replace it?</source>
        <translation>„{name}“ gibt es schon. Ersetzen?</translation>
    </message>
    <message>
        <source>“{name}” has a header but holds no sound.</source>
        <translation>„{name}“ hat einen Header, enthält aber keinen Ton.</translation>
    </message>
    <message>
        <source>“{name}” has sound of a kind that cannot be decoded here, or that is protected against copying.</source>
        <translation>„{name}“ enthält Ton, der hier nicht dekodiert werden kann oder kopiergeschützt ist.</translation>
    </message>
    <message>
        <source>“{name}” holds no sound.</source>
        <translation>„{name}“ enthält keinen Ton.</translation>
    </message>
    <message>
        <source>“{name}” in “{text}” is not a modifier.</source>
        <translation>„{name}“ in „{text}“ ist keine Zusatztaste.</translation>
    </message>
    <message>
        <source>“{name}” is a folder.</source>
        <translation>„{name}“ ist ein Ordner.</translation>
    </message>
    <message>
        <source>“{name}” is damaged: nothing of it can be decoded.</source>
        <translation>„{name}“ ist beschädigt: Nichts davon lässt sich dekodieren.</translation>
    </message>
    <message>
        <source>“{name}” is damaged: {seconds:.1f} s of it could not be decoded.</source>
        <translation>„{name}“ ist beschädigt: {seconds:.1f} s davon konnten nicht dekodiert werden.</translation>
    </message>
    <message>
        <source>“{name}” is empty (0 bytes).</source>
        <translation>„{name}“ ist leer (0 Bytes).</translation>
    </message>
    <message>
        <source>“{name}” is not a file.</source>
        <translation>„{name}“ ist keine Datei.</translation>
    </message>
    <message>
        <source>“{name}” is not a sound file that can be decoded here.</source>
        <translation>„{name}“ ist keine Tondatei, die hier dekodiert werden kann.</translation>
    </message>
    <message>
        <source>“{name}” is too large for a list of keywords.</source>
        <translation>„{name}“ ist zu groß für eine Liste von Schlüsselwörtern.</translation>
    </message>
    <message>
        <source>“{name}” is very quiet: no speech was found in it.</source>
        <translation>„{name}“ ist sehr leise: Es wurde keine Sprache darin gefunden.</translation>
    </message>
    <message>
        <source>“{name}” may not be read.</source>
        <translation>„{name}“ darf nicht gelesen werden.</translation>
    </message>
    <message>
        <source>“{name}” was not exported.</source>
        <translation>„{name}“ wurde nicht exportiert.</translation>
    </message>
    <message>
        <source>“{name}” was not exported: {reason}.</source>
        <translation>„{name}“ wurde nicht exportiert: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” was not written: {reason}.</source>
        <translation>„{name}“ wurde nicht geschrieben: {reason}.</translation>
    </message>
    <message>
        <source>“{spoken}” is in none of these dictations.</source>
        <translation>„{spoken}“ kommt in keinem dieser Diktate vor.</translation>
    </message>
    <message>
        <source>“{spoken}” is in {some} of {all} dictations: check that it always means this.</source>
        <translation>„{spoken}“ kommt in {some} von {all} Diktaten vor: Prüfen Sie, ob immer dies gemeint ist.</translation>
    </message>
    <message>
        <source>“{spoken}” is listed again further down: that one counts.</source>
        <translation>„{spoken}“ steht weiter unten noch einmal: Es gilt der untere Eintrag.</translation>
    </message>
    <message>
        <source>“{spoken}” is not suggested again.</source>
        <translation>„{spoken}“ wird nicht mehr vorgeschlagen.</translation>
    </message>
    <message>
        <source>“{spoken}” is ordinary speech: it would be replaced everywhere.</source>
        <translation>„{spoken}“ ist gewöhnliche Sprache: Es würde überall ersetzt.</translation>
    </message>
    <message>
        <source>“{spoken}” was added to the list; press Apply to use it.</source>
        <translation>„{spoken}“ wurde in die Liste aufgenommen; drücken Sie „Anwenden“, damit es gilt.</translation>
    </message>
    <message numerus="yes">
        <source>“{spoken}” → “{written}” (corrected {n} times)</source>
        <extracomment>Singular: “{spoken}” → “{written}” (corrected once)</extracomment>
        <translation>
            <numerusform>„{spoken}“ → „{written}“ (einmal korrigiert)</numerusform>
            <numerusform>„{spoken}“ → „{written}“ ({n}-mal korrigiert)</numerusform>
        </translation>
    </message>
    <message>
        <source>“{text}” names a modifier twice.</source>
        <translation>„{text}“ enthält eine Zusatztaste zweimal.</translation>
    </message>
    <message>
        <source>… {start} waiting for text, {length}</source>
        <translation>… {start} wartet auf Text, {length}</translation>
    </message>
    <message>
        <source>… {utterances} since {first} waiting for text, {spoken}</source>
        <translation>… {utterances} seit {first} ohne Text, {spoken}</translation>
    </message>
    <message>
        <source>● Saywrite</source>
        <translation>● Saywrite</translation>
    </message>
</context>
</TS>
