<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR" sourcelanguage="en_US">
<context>
    <name>Saywrite</name>
    <message>
        <source> ({open_device} is open all the time)</source>
        <translation> ({open_device} est ouvert en permanence)</translation>
    </message>
    <message>
        <source> ({times} times)</source>
        <translation> ({times} fois)</translation>
    </message>
    <message>
        <source> It is in use: until a model is here again, your words are recorded and written later.</source>
        <translation> Il est utilisé : jusqu'à ce qu'un modèle soit de nouveau là, vos paroles sont enregistrées et écrites plus tard.</translation>
    </message>
    <message>
        <source>&amp;About Saywrite</source>
        <translation>À propos de &amp;Saywrite</translation>
    </message>
    <message>
        <source>&amp;Add files…</source>
        <translation>&amp;Ajouter des fichiers…</translation>
    </message>
    <message>
        <source>&amp;Add keyword</source>
        <translation>&amp;Ajouter le mot-clé</translation>
    </message>
    <message>
        <source>&amp;aiOla</source>
        <translation>&amp;aiOla</translation>
    </message>
    <message>
        <source>&amp;Always write as…</source>
        <translation>&amp;Toujours écrire…</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>Appli&amp;quer</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Précédent</translation>
    </message>
    <message>
        <source>&amp;Before and after</source>
        <translation>&amp;Avant et après</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>A&amp;nnuler</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Copier</translation>
    </message>
    <message>
        <source>&amp;Copy this translation</source>
        <translation>&amp;Copier cette traduction</translation>
    </message>
    <message>
        <source>&amp;CSV table</source>
        <translation>Tableau &amp;CSV</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Supprimer</translation>
    </message>
    <message>
        <source>&amp;Details…</source>
        <translation>Dé&amp;tails…</translation>
    </message>
    <message>
        <source>&amp;Dictation</source>
        <translation>&amp;Dictée</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>A&amp;bandonner</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Terminé</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>Éd&amp;ition</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Exporter</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>E&amp;xporter…</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Fichier</translation>
    </message>
    <message>
        <source>&amp;Find…</source>
        <translation>Rec&amp;hercher…</translation>
    </message>
    <message>
        <source>&amp;First steps…</source>
        <translation>&amp;Premiers pas…</translation>
    </message>
    <message>
        <source>&amp;Forget suggestion</source>
        <translation>&amp;Oublier la suggestion</translation>
    </message>
    <message>
        <source>&amp;Hands-free</source>
        <translation>M&amp;ains libres</translation>
    </message>
    <message>
        <source>&amp;Hear</source>
        <translation>Écou&amp;ter</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Aide</translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation>&amp;Masquer</translation>
    </message>
    <message>
        <source>&amp;History…</source>
        <translation>&amp;Historique…</translation>
    </message>
    <message>
        <source>&amp;Insert again</source>
        <translation>&amp;Insérer de nouveau</translation>
    </message>
    <message>
        <source>&amp;JSON</source>
        <translation>&amp;JSON</translation>
    </message>
    <message>
        <source>&amp;Keep editing</source>
        <translation>&amp;Continuer la modification</translation>
    </message>
    <message>
        <source>&amp;Keep it</source>
        <translation>&amp;Conserver</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts…</source>
        <translation>&amp;Raccourcis clavier…</translation>
    </message>
    <message>
        <source>&amp;Keywords</source>
        <translation>&amp;Mots-clés</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>Lan&amp;gue</translation>
    </message>
    <message>
        <source>&amp;Look for microphones</source>
        <translation>Rechercher des &amp;microphones</translation>
    </message>
    <message>
        <source>&amp;Markdown</source>
        <translation>&amp;Markdown</translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation>&amp;Microphone</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modèle</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>&amp;Modèles…</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>&amp;Suivant</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>C&amp;oller</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Quitter</translation>
    </message>
    <message>
        <source>&amp;Quit Saywrite</source>
        <translation>&amp;Quitter Saywrite</translation>
    </message>
    <message>
        <source>&amp;Recognizer</source>
        <translation>Moteur de reconnais&amp;sance</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Rétablir</translation>
    </message>
    <message>
        <source>&amp;Remove finished</source>
        <translation>Re&amp;tirer les fichiers terminés</translation>
    </message>
    <message>
        <source>&amp;Replace</source>
        <translation>&amp;Remplacer</translation>
    </message>
    <message>
        <source>&amp;Replace it in the text now {where}</source>
        <translation>&amp;Remplacer maintenant dans le texte {where}</translation>
    </message>
    <message>
        <source>&amp;Replace…</source>
        <translation>&amp;Remplacer…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Enregistrer</translation>
    </message>
    <message>
        <source>&amp;Save audio…</source>
        <translation>&amp;Enregistrer le son…</translation>
    </message>
    <message>
        <source>&amp;Save the text beside each file, as</source>
        <translation>&amp;Enregistrer le texte à côté du fichier, sous</translation>
    </message>
    <message>
        <source>&amp;Select all</source>
        <translation>Tout &amp;sélectionner</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>&amp;Paramètres…</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Démarrer</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>A&amp;rrêter</translation>
    </message>
    <message>
        <source>&amp;SubRip subtitles</source>
        <translation>Sous-titres &amp;SubRip</translation>
    </message>
    <message>
        <source>&amp;Switch to {name}</source>
        <translation>&amp;Passer à la langue : {name}</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>&amp;Tester la connexion</translation>
    </message>
    <message>
        <source>&amp;This computer</source>
        <translation>&amp;Cet ordinateur</translation>
    </message>
    <message>
        <source>&amp;Transcribe</source>
        <translation>&amp;Transcrire</translation>
    </message>
    <message>
        <source>&amp;Transcribe a file…</source>
        <translation>&amp;Transcrire un fichier…</translation>
    </message>
    <message>
        <source>&amp;Transcribe again</source>
        <translation>Tr&amp;anscrire à nouveau</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Try on my last {n} dictations</source>
        <extracomment>Singular: &amp;Try on my last dictation</extracomment>
        <translation>
            <numerusform>&amp;Essayer sur ma dernière dictée</numerusform>
            <numerusform>&amp;Essayer sur mes {n} dernières dictées</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>A&amp;nnuler</translation>
    </message>
    <message>
        <source>&amp;Unlock…</source>
        <translation>&amp;Déverrouiller…</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>Affic&amp;hage</translation>
    </message>
    <message>
        <source>&amp;Waveform</source>
        <translation>&amp;Forme d'onde</translation>
    </message>
    <message>
        <source>&amp;WebVTT subtitles</source>
        <translation>Sous-titres &amp;WebVTT</translation>
    </message>
    <message>
        <source>&amp;What's new…</source>
        <translation>&amp;Nouveautés…</translation>
    </message>
    <message>
        <source>&amp;write</source>
        <translation>é&amp;crire</translation>
    </message>
    <message>
        <source>(it is not in the text)</source>
        <translation>(absent du texte)</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>, clipped: too loud. Move away from the microphone or lower its level. Click to reset.</source>
        <translation>, saturation : trop fort. Éloignez-vous du microphone ou baissez son niveau. Cliquez pour réinitialiser.</translation>
    </message>
    <message>
        <source>, files verified</source>
        <translation>, fichiers vérifiés</translation>
    </message>
    <message numerus="yes">
        <source>, {n:,} files waiting</source>
        <extracomment>Singular: , {n:,} file waiting</extracomment>
        <translation>
            <numerusform>, {n:,} fichier en attente</numerusform>
            <numerusform>, {n:,} fichiers en attente</numerusform>
        </translation>
    </message>
    <message>
        <source>. </source>
        <translation>. </translation>
    </message>
    <message>
        <source>1</source>
        <translation>1er</translation>
    </message>
    <message>
        <source>1 min to 10 min</source>
        <translation>De 1 à 10 min</translation>
    </message>
    <message>
        <source>10 s to 1 min</source>
        <translation>De 10 s à 1 min</translation>
    </message>
    <message>
        <source>: </source>
        <translation> : </translation>
    </message>
    <message>
        <source>; </source>
        <translation> ; </translation>
    </message>
    <message>
        <source>A dictation is running.</source>
        <translation>Une dictée est en cours.</translation>
    </message>
    <message>
        <source>A dotted underline marks words that this computer heard differently. Alt+W swaps them.</source>
        <translation>Un soulignement en pointillé marque les mots que cet ordinateur a entendus autrement. Alt+W les échange.</translation>
    </message>
    <message>
        <source>A folder or an https address with the model files. Leave it empty for the official source.</source>
        <translation>Un dossier ou une adresse https contenant les fichiers du modèle. Laissez vide pour la source officielle.</translation>
    </message>
    <message>
        <source>A hands-free dictation ends then, and Saywrite waits for the phrase again.</source>
        <translation>La dictée mains libres se termine alors, et Saywrite attend de nouveau la phrase.</translation>
    </message>
    <message>
        <source>A key is saved</source>
        <translation>Une clé est enregistrée</translation>
    </message>
    <message>
        <source>A key or token of {secret} characters cannot be saved.</source>
        <translation>Une clé ou un jeton de {secret} caractères ne peut pas être enregistré.</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so nothing was undone.</source>
        <translation>Une touche comme Ctrl, Alt ou Maj est restée enfoncée ; rien n'a donc été annulé.</translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted.</source>
        <translation>Une touche comme Ctrl, Alt ou Maj est restée enfoncée ; le texte n'a donc pas été inséré.</translation>
    </message>
    <message>
        <source>A longer sentence is written in parts.</source>
        <translation>Une phrase plus longue est écrite en plusieurs parties.</translation>
    </message>
    <message>
        <source>A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted.</source>
        <translation>Un menu, une boîte de dialogue ou le verrouillage de l'écran occupe le clavier ; le texte n'a donc pas été inséré.</translation>
    </message>
    <message>
        <source>A name cannot contain \ / : * ? " &lt; &gt; or |.</source>
        <translation>Un nom ne peut contenir aucun de ces caractères : \ / : * ? " &lt; &gt; |</translation>
    </message>
    <message>
        <source>A new connection is tried.</source>
        <translation>Une nouvelle connexion est tentée.</translation>
    </message>
    <message>
        <source>A new token is fetched; if you use a token of your own, check it in {settings}.</source>
        <translation>Un nouveau jeton est demandé ; si vous utilisez votre propre jeton, vérifiez-le dans {settings}.</translation>
    </message>
    <message>
        <source>A recording was not recognized: {reason}</source>
        <translation>Un enregistrement n'a pas été reconnu : {reason}</translation>
    </message>
    <message>
        <source>A screen reader reads</source>
        <translation>Un lecteur d'écran lit</translation>
    </message>
    <message>
        <source>A sentence is sent after a pause of this length.</source>
        <translation>Une phrase est envoyée après une pause de cette durée.</translation>
    </message>
    <message>
        <source>A shorter sound is ignored.</source>
        <translation>Un son plus court est ignoré.</translation>
    </message>
    <message>
        <source>A small panel with your words above all windows. It is not available on Wayland.</source>
        <translation>Un petit panneau avec vos paroles, au-dessus de toutes les fenêtres. Il n'est pas disponible sous Wayland.</translation>
    </message>
    <message>
        <source>A sound at the end of a dictation, and when something fails.</source>
        <translation>Un son à la fin d'une dictée et en cas d'échec.</translation>
    </message>
    <message>
        <source>A stream can be opened at {host}.</source>
        <translation>Un flux peut être ouvert sur {host}.</translation>
    </message>
    <message>
        <source>A text that follows another one begins with a space, until you press a key or click.</source>
        <translation>Un texte qui en suit un autre commence par une espace, jusqu'à ce que vous appuyiez sur une touche ou cliquiez.</translation>
    </message>
    <message>
        <source>A value of the command is not a short text.</source>
        <translation>Une valeur de la commande n'est pas un texte court.</translation>
    </message>
    <message>
        <source>A web page answered instead of {host}.</source>
        <translation>Une page web a répondu à la place de {host}.</translation>
    </message>
    <message>
        <source>a while</source>
        <translation>quelques instants</translation>
    </message>
    <message>
        <source>A&amp;dd keyword</source>
        <translation>A&amp;jouter le mot-clé</translation>
    </message>
    <message>
        <source>About Saywrite</source>
        <translation>À propos de Saywrite</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>Jeton d'accès</translation>
    </message>
    <message>
        <source>accessibility orca</source>
        <translation>accessibilité lecteur d'écran lire à voix haute orca</translation>
    </message>
    <message>
        <source>Accurate, in eight languages. What you say is sent to aiOla's service.</source>
        <translation>Précis, en huit langues. Ce que vous dites est envoyé au service d'aiOla.</translation>
    </message>
    <message>
        <source>Accurate: what you say is sent to aiOla's service. Needs a network and an API key.</source>
        <translation>Précis : ce que vous dites est envoyé au service d'aiOla. Nécessite un réseau et une clé API.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Ajouter</translation>
    </message>
    <message>
        <source>Add a keyword (Insert)</source>
        <translation>Ajouter un mot-clé (Inser)</translation>
    </message>
    <message>
        <source>Add f&amp;older…</source>
        <translation>Ajouter un &amp;dossier…</translation>
    </message>
    <message>
        <source>Add to ~/.config/hypr/hyprland.conf</source>
        <translation>Ajoutez à ~/.config/hypr/hyprland.conf</translation>
    </message>
    <message>
        <source>Add to ~/.config/sway/config, then run: swaymsg reload</source>
        <translation>Ajoutez à ~/.config/sway/config, puis exécutez : swaymsg reload</translation>
    </message>
    <message>
        <source>Add yourself to the group “audio” (sudo usermod -aG audio $USER) and log in again.</source>
        <translation>Ajoutez-vous au groupe « audio » (sudo usermod -aG audio $USER), puis reconnectez-vous.</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Avancé</translation>
    </message>
    <message>
        <source>After:</source>
        <translation>Après :</translation>
    </message>
    <message>
        <source>aiOla</source>
        <translation>aiOla</translation>
    </message>
    <message>
        <source>aiOla &amp;settings…</source>
        <translation>Paramètre&amp;s aiOla…</translation>
    </message>
    <message>
        <source>aiOla account</source>
        <translation>Compte aiOla</translation>
    </message>
    <message>
        <source>aiOla could not be reached</source>
        <translation>aiOla n'était pas joignable</translation>
    </message>
    <message>
        <source>aiOla did not answer in time</source>
        <translation>aiOla n'a pas répondu à temps</translation>
    </message>
    <message>
        <source>aiOla does not answer.</source>
        <translation>aiOla ne répond pas.</translation>
    </message>
    <message>
        <source>aiOla has no text for a part of the dictation: that part is what the recognizer on this computer heard.</source>
        <translation>aiOla n'a pas de texte pour une partie de la dictée : cette partie est ce que le moteur de reconnaissance de cet ordinateur a entendu.</translation>
    </message>
    <message>
        <source>aiOla has no text for some words.</source>
        <translation>aiOla n'a pas de texte pour certains mots.</translation>
    </message>
    <message>
        <source>aiOla needed longer than {seconds} s: the last sentences are what the recognizer on this computer heard.</source>
        <translation>aiOla a mis plus de {seconds} s : les dernières phrases sont ce que le moteur de reconnaissance de cet ordinateur a entendu.</translation>
    </message>
    <message>
        <source>aiOla receives the sound but does not answer.</source>
        <translation>aiOla reçoit le son mais ne répond pas.</translation>
    </message>
    <message>
        <source>aiOla writes while it can be reached; this computer takes over while it cannot. Needs an API key.</source>
        <translation>aiOla écrit tant qu'il est joignable ; sinon, cet ordinateur prend le relais. Nécessite une clé API.</translation>
    </message>
    <message>
        <source>aiOla's service could not be reached for {seconds:.0f} s.</source>
        <translation>Le service d'aiOla n'a pas été joignable pendant {seconds:.0f} s.</translation>
    </message>
    <message>
        <source>aiOla's streaming service is not in this version of Saywrite.</source>
        <translation>Le service de flux d'aiOla n'est pas dans cette version de Saywrite.</translation>
    </message>
    <message>
        <source>aiOla's text for an inserted dictation has arrived.</source>
        <translation>Le texte d'aiOla pour une dictée insérée est arrivé.</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Tous les fichiers (*)</translation>
    </message>
    <message>
        <source>All parts and their licenses</source>
        <translation>Tous les composants et leurs licences</translation>
    </message>
    <message>
        <source>Allow it in System Settings → Privacy &amp; Security → Microphone, then start Saywrite again.</source>
        <translation>Autorisez-le dans Réglages Système → Confidentialité et sécurité → Microphone, puis relancez Saywrite.</translation>
    </message>
    <message>
        <source>Allow Saywrite under System Settings &gt; Privacy &amp; Security &gt; Accessibility.</source>
        <translation>Autorisez Saywrite dans Réglages Système &gt; Confidentialité et sécurité &gt; Accessibilité.</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Toujours</translation>
    </message>
    <message>
        <source>Always &amp;write as…</source>
        <translation>Tou&amp;jours écrire…</translation>
    </message>
    <message>
        <source>Always write as</source>
        <translation>Toujours écrire</translation>
    </message>
    <message>
        <source>An unknown program</source>
        <translation>Un programme inconnu</translation>
    </message>
    <message>
        <source>Another program has already taken {chord}.</source>
        <translation>Un autre programme a déjà pris {chord}.</translation>
    </message>
    <message>
        <source>Another program is using the audio output.</source>
        <translation>Un autre programme utilise la sortie audio.</translation>
    </message>
    <message>
        <source>Another program is using the microphone.</source>
        <translation>Un autre programme utilise le microphone.</translation>
    </message>
    <message>
        <source>Another program took the clipboard before it was certain that {program} had read the text.</source>
        <translation>Un autre programme a pris le presse-papiers avant qu'il soit certain que {program} avait lu le texte.</translation>
    </message>
    <message>
        <source>Another program took the clipboard before the text was read.</source>
        <translation>Un autre programme a pris le presse-papiers avant que le texte soit lu.</translation>
    </message>
    <message>
        <source>Another window had the keyboard when you started.</source>
        <translation>Une autre fenêtre avait le clavier quand vous avez commencé.</translation>
    </message>
    <message>
        <source>Another window has the focus now.</source>
        <translation>Une autre fenêtre est maintenant active.</translation>
    </message>
    <message>
        <source>Any language</source>
        <translation>Toutes les langues</translation>
    </message>
    <message>
        <source>Any length</source>
        <translation>Toutes les durées</translation>
    </message>
    <message>
        <source>Any program</source>
        <translation>Tous les programmes</translation>
    </message>
    <message>
        <source>Any recognizer</source>
        <translation>Tous les moteurs</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>Clé API</translation>
    </message>
    <message>
        <source>API key of your aiOla account</source>
        <translation>Clé API de votre compte aiOla</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Apparence</translation>
    </message>
    <message>
        <source>As it should be written</source>
        <translation>Tel qu'il faut l'écrire</translation>
    </message>
    <message>
        <source>As long as it takes</source>
        <translation>Aussi longtemps que nécessaire</translation>
    </message>
    <message>
        <source>Ask for read permission, or copy the file.</source>
        <translation>Demandez le droit de lecture ou copiez le fichier.</translation>
    </message>
    <message>
        <source>Ask that user or an administrator to remove it, or set XDG_RUNTIME_DIR to a folder of your own.</source>
        <translation>Demandez à cet utilisateur ou à un administrateur de le supprimer, ou définissez XDG_RUNTIME_DIR sur un dossier à vous.</translation>
    </message>
    <message>
        <source>Ask whoever runs the proxy to allow this host, or choose another network.</source>
        <translation>Demandez au responsable du proxy d'autoriser cet hôte, ou choisissez un autre réseau.</translation>
    </message>
    <message>
        <source>Ask whoever runs your aiOla account to allow it.</source>
        <translation>Demandez au responsable de votre compte aiOla de l'autoriser.</translation>
    </message>
    <message>
        <source>Ask whoever runs your token address.</source>
        <translation>Adressez-vous au responsable de l'adresse du jeton.</translation>
    </message>
    <message>
        <source>asking for a token</source>
        <translation>demande d'un jeton</translation>
    </message>
    <message>
        <source>Assign one in the desktop's keyboard settings.</source>
        <translation>Attribuez-en une dans les paramètres du clavier du bureau.</translation>
    </message>
    <message>
        <source>at {at}</source>
        <translation>à {at}</translation>
    </message>
    <message>
        <source>Audio and video files (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;All files (*)</source>
        <translation>Fichiers audio et vidéo (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;Tous les fichiers (*)</translation>
    </message>
    <message>
        <source>audio retention delete</source>
        <translation>audio son conservation durée supprimer effacer suppression</translation>
    </message>
    <message>
        <source>autostart login minimized</source>
        <translation>démarrage automatique ouverture de session réduit</translation>
    </message>
    <message>
        <source>B&amp;oth</source>
        <translation>Les &amp;deux</translation>
    </message>
    <message>
        <source>Bar: half of all dictations were faster. Line: 95 of 100 were. The newest 1,000 dictations count.</source>
        <translation>Barre : la moitié des dictées a été plus rapide. Trait : 95 sur 100 l'ont été. Les 1 000 dernières dictées comptent.</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>Avant et après</translation>
    </message>
    <message>
        <source>Before:</source>
        <translation>Avant :</translation>
    </message>
    <message>
        <source>Began</source>
        <translation>Début</translation>
    </message>
    <message>
        <source>Begin a new dictation.</source>
        <translation>Commencez une nouvelle dictée.</translation>
    </message>
    <message>
        <source>Begin and end a dictation with a spoken phrase</source>
        <translation>Commencer et terminer une dictée par une phrase prononcée</translation>
    </message>
    <message>
        <source>Being heard</source>
        <translation>En cours d'écoute</translation>
    </message>
    <message>
        <source>Being prepared for this computer</source>
        <translation>En préparation pour cet ordinateur</translation>
    </message>
    <message>
        <source>belongs to debuggers</source>
        <translation>réservé aux débogueurs</translation>
    </message>
    <message>
        <source>belongs to Windows</source>
        <translation>réservé à Windows</translation>
    </message>
    <message>
        <source>Both texts are empty: there are no words in this recording.</source>
        <translation>Les deux textes sont vides : il n'y a aucun mot dans cet enregistrement.</translation>
    </message>
    <message>
        <source>Both texts are the same.</source>
        <translation>Les deux textes sont identiques.</translation>
    </message>
    <message>
        <source>Built-in (basic)</source>
        <translation>Intégré (simple)</translation>
    </message>
    <message>
        <source>By &amp;month…</source>
        <translation>Par m&amp;ois…</translation>
    </message>
    <message>
        <source>by BYVoid and contributors, from opencc-python-reimplemented</source>
        <translation>par BYVoid et ses contributeurs, issue d'opencc-python-reimplemented</translation>
    </message>
    <message>
        <source>By this computer's clock the access token has expired.</source>
        <translation>D'après l'horloge de cet ordinateur, le jeton d'accès a expiré.</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate has expired.</source>
        <translation>D'après l'horloge de cet ordinateur, le certificat de {host} a expiré.</translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate is not valid yet.</source>
        <translation>D'après l'horloge de cet ordinateur, le certificat de {host} n'est pas encore valide.</translation>
    </message>
    <message>
        <source>Bytes received</source>
        <translation>Octets reçus</translation>
    </message>
    <message>
        <source>Bytes sent</source>
        <translation>Octets envoyés</translation>
    </message>
    <message>
        <source>C&amp;hange…</source>
        <translation>C&amp;hanger…</translation>
    </message>
    <message>
        <source>C&amp;lear</source>
        <translation>E&amp;ffacer</translation>
    </message>
    <message>
        <source>Ca&amp;ncel</source>
        <translation>Annu&amp;ler</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Cancel the dictation</source>
        <translation>Annuler la dictée</translation>
    </message>
    <message>
        <source>Caps Lock goes on switching capitals on and off.</source>
        <translation>Verr. Maj continue d'activer et de désactiver les majuscules.</translation>
    </message>
    <message>
        <source>Capture goes on as soon as it is back.</source>
        <translation>L'enregistrement reprend dès que le microphone est de retour.</translation>
    </message>
    <message>
        <source>Capture goes on.</source>
        <translation>L'enregistrement reprend.</translation>
    </message>
    <message>
        <source>Change it only if your company has its own service.</source>
        <translation>À ne changer que si votre entreprise a son propre service.</translation>
    </message>
    <message>
        <source>Change it only if your company has its own sign-in service.</source>
        <translation>À ne changer que si votre entreprise a son propre service de connexion.</translation>
    </message>
    <message>
        <source>Change the keywords, then try them. Here you see what your dictations would say.</source>
        <translation>Modifiez les mots-clés, puis essayez-les. Vous voyez ici ce que donneraient vos dictées.</translation>
    </message>
    <message>
        <source>Changed texts</source>
        <translation>Textes modifiés</translation>
    </message>
    <message>
        <source>Check for &amp;updates…</source>
        <translation>Rechercher des mises à &amp;jour…</translation>
    </message>
    <message>
        <source>Check how to sign in, in {settings}.</source>
        <translation>Vérifiez le mode de connexion dans {settings}.</translation>
    </message>
    <message>
        <source>Check it with `saywrite models verify {model}` and download it again: `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>Vérifiez-le avec `saywrite models verify {model}`, puis téléchargez-le de nouveau : `saywrite models download {model}`. Ce que vous dictez d'ici là est enregistré et devient du texte quand le modèle est là.</translation>
    </message>
    <message>
        <source>Check its mute switch and its input level in the sound settings.</source>
        <translation>Vérifiez son bouton de sourdine et son niveau d'entrée dans les paramètres du son.</translation>
    </message>
    <message>
        <source>Check its mute switch.</source>
        <translation>Vérifiez son bouton de sourdine.</translation>
    </message>
    <message>
        <source>Check its name and folder.</source>
        <translation>Vérifiez son nom et son dossier.</translation>
    </message>
    <message>
        <source>Check memory and disk, then download it again.</source>
        <translation>Vérifiez la mémoire et le disque, puis téléchargez-le de nouveau.</translation>
    </message>
    <message>
        <source>Check that the Credential Manager service is running.</source>
        <translation>Vérifiez que le service « Gestionnaire d'informations d'identification » fonctionne.</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}.</source>
        <translation>Vérifiez les adresses dans {settings}.</translation>
    </message>
    <message>
        <source>Check the addresses in {settings}; if they are right, do not use this network.</source>
        <translation>Vérifiez les adresses dans {settings} ; si elles sont correctes, n'utilisez pas ce réseau.</translation>
    </message>
    <message>
        <source>Check the clock of this computer; in a company, ask for its certificate to be installed.</source>
        <translation>Vérifiez l'horloge de cet ordinateur ; en entreprise, demandez que son certificat soit installé.</translation>
    </message>
    <message>
        <source>Check the computer's date and time; if they are right, ask whoever runs the service.</source>
        <translation>Vérifiez la date et l'heure de l'ordinateur ; si elles sont correctes, adressez-vous au responsable du service.</translation>
    </message>
    <message>
        <source>Check the disk and the permissions of this folder; nothing was changed.</source>
        <translation>Vérifiez le disque et les droits de ce dossier ; rien n'a été modifié.</translation>
    </message>
    <message>
        <source>Check the disk it is on.</source>
        <translation>Vérifiez le disque où il se trouve.</translation>
    </message>
    <message>
        <source>Check the disk that holds it; recordings are kept, and their text is made again where it is missing.</source>
        <translation>Vérifiez le disque qui le contient ; les enregistrements sont conservés, et leur texte est refait là où il manque.</translation>
    </message>
    <message>
        <source>Check the disk, or {elsewhere}.</source>
        <translation>Vérifiez le disque, ou {elsewhere}.</translation>
    </message>
    <message>
        <source>Check the disk.</source>
        <translation>Vérifiez le disque.</translation>
    </message>
    <message>
        <source>Check the disk; the recording is kept.</source>
        <translation>Vérifiez le disque ; l'enregistrement est conservé.</translation>
    </message>
    <message>
        <source>Check the file.</source>
        <translation>Vérifiez le fichier.</translation>
    </message>
    <message>
        <source>Check the name and its permissions.</source>
        <translation>Vérifiez le nom et les droits.</translation>
    </message>
    <message>
        <source>Check the network and try again; --wait keeps trying, --engine local needs no network.</source>
        <translation>Vérifiez le réseau et réessayez ; --wait continue d'essayer, --engine local n'a pas besoin de réseau.</translation>
    </message>
    <message>
        <source>Check the network, then try again.</source>
        <translation>Vérifiez le réseau, puis réessayez.</translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation>Vérifiez le réseau.</translation>
    </message>
    <message>
        <source>Check the proxy in the system's settings.</source>
        <translation>Vérifiez le proxy dans les paramètres du système.</translation>
    </message>
    <message>
        <source>Check the token address in {settings}, or ask who runs it.</source>
        <translation>Vérifiez l'adresse du jeton dans {settings}, ou adressez-vous à son responsable.</translation>
    </message>
    <message>
        <source>Check the workflow in {settings}.</source>
        <translation>Vérifiez le workflow dans {settings}.</translation>
    </message>
    <message>
        <source>Check the workflow, the language and the addresses in {settings}.</source>
        <translation>Vérifiez le workflow, la langue et les adresses dans {settings}.</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>Chinois</translation>
    </message>
    <message>
        <source>Choose a &amp;key…</source>
        <translation>C&amp;hoisir une touche…</translation>
    </message>
    <message>
        <source>Choose a CSV or JSON file.</source>
        <translation>Choisissez un fichier CSV ou JSON.</translation>
    </message>
    <message>
        <source>Choose a file with a sound track.</source>
        <translation>Choisissez un fichier avec une piste sonore.</translation>
    </message>
    <message>
        <source>Choose a file with one spoken and one written form in each entry.</source>
        <translation>Choisissez un fichier dont chaque entrée a une forme prononcée et une forme écrite.</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Choisir un dossier</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Choisir un dossier…</translation>
    </message>
    <message>
        <source>Choose a key first.</source>
        <translation>Choisissez d'abord une touche.</translation>
    </message>
    <message>
        <source>Choose a key in the settings.</source>
        <translation>Choisissez une touche dans les paramètres.</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>Choisissez un nom plus court.</translation>
    </message>
    <message>
        <source>Choose aiOla as the recognizer.</source>
        <translation>Choisissez aiOla comme moteur de reconnaissance.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>Choisissez un autre fichier.</translation>
    </message>
    <message>
        <source>choose another folder</source>
        <translation>choisissez un autre dossier</translation>
    </message>
    <message>
        <source>Choose another key in the settings, or free it in the other program.</source>
        <translation>Choisissez une autre touche dans les paramètres, ou libérez-la dans l'autre programme.</translation>
    </message>
    <message>
        <source>Choose another key in the settings.</source>
        <translation>Choisissez une autre touche dans les paramètres.</translation>
    </message>
    <message>
        <source>Choose another key, or free it in the other program.</source>
        <translation>Choisissez une autre touche, ou libérez-la dans l'autre programme.</translation>
    </message>
    <message>
        <source>Choose another microphone, or unplug it and plug it in again.</source>
        <translation>Choisissez un autre microphone, ou débranchez celui-ci et rebranchez-le.</translation>
    </message>
    <message>
        <source>Choose another microphone.</source>
        <translation>Choisissez un autre microphone.</translation>
    </message>
    <message>
        <source>Choose another microphone. {remedy}</source>
        <translation>Choisissez un autre microphone. {remedy}</translation>
    </message>
    <message>
        <source>Choose another name, or replace it.</source>
        <translation>Choisissez un autre nom, ou remplacez le fichier.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>Choisissez un autre nom.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>Choisissez un autre fichier.</translation>
    </message>
    <message>
        <source>Choose one of the form {"spoken": "written"}, or a CSV file.</source>
        <translation>Choisissez un fichier de la forme {"spoken": "written"} ou un fichier CSV.</translation>
    </message>
    <message>
        <source>Choose one of {codes}.</source>
        <translation>Choisissez parmi {codes}.</translation>
    </message>
    <message>
        <source>Choose one of: {names}.</source>
        <translation>Choisissez parmi : {names}.</translation>
    </message>
    <message>
        <source>Choose text, Markdown, JSON or CSV.</source>
        <translation>Choisissez texte, Markdown, JSON ou CSV.</translation>
    </message>
    <message>
        <source>Choose the files themselves.</source>
        <translation>Choisissez les fichiers eux-mêmes.</translation>
    </message>
    <message>
        <source>Choose the folder that holds the models</source>
        <translation>Choisissez le dossier qui contient les modèles</translation>
    </message>
    <message>
        <source>Choose the key again in the settings.</source>
        <translation>Choisissez de nouveau la touche dans les paramètres.</translation>
    </message>
    <message>
        <source>Choose the key again to be asked.</source>
        <translation>Choisissez de nouveau la touche pour que la question vous soit posée.</translation>
    </message>
    <message>
        <source>Choose the microphone whose bar moves when you speak.</source>
        <translation>Choisissez le microphone dont la barre bouge quand vous parlez.</translation>
    </message>
    <message>
        <source>Choose the recognizer on this computer, or use --engine local.</source>
        <translation>Choisissez le moteur de reconnaissance de cet ordinateur, ou utilisez --engine local.</translation>
    </message>
    <message>
        <source>Choose {chord}, or any key you like. Press it to start and again to stop.</source>
        <translation>Choisissez {chord} ou toute autre touche. Appuyez dessus pour démarrer, puis de nouveau pour arrêter.</translation>
    </message>
    <message>
        <source>Choose “Insert again” to replace it with the text.</source>
        <translation>Choisissez « Insérer de nouveau » pour le remplacer par le texte.</translation>
    </message>
    <message>
        <source>Choose “Insert again”.</source>
        <translation>Choisissez « Insérer de nouveau ».</translation>
    </message>
    <message>
        <source>Choose “{other}” as the recognizer, then {name}.</source>
        <translation>Choisissez « {other} » comme moteur de reconnaissance, puis {name}.</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Choisir…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Effacer</translation>
    </message>
    <message>
        <source>Clear: {name}</source>
        <translation>Effacer : {name}</translation>
    </message>
    <message>
        <source>Click the tray icon, or start Saywrite again, to open the window.</source>
        <translation>Cliquez sur l'icône de la zone de notification, ou relancez Saywrite, pour ouvrir la fenêtre.</translation>
    </message>
    <message>
        <source>Close find (Esc)</source>
        <translation>Fermer la recherche (Échap)</translation>
    </message>
    <message>
        <source>Close other programs and remove {folder}.</source>
        <translation>Fermez les autres programmes et supprimez {folder}.</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model in Settings &gt; Recognition.</source>
        <translation>Fermez d'autres programmes, ou choisissez un modèle plus petit dans Paramètres &gt; Reconnaissance.</translation>
    </message>
    <message>
        <source>Close other Saywrite windows and try again.</source>
        <translation>Fermez les autres fenêtres de Saywrite et réessayez.</translation>
    </message>
    <message>
        <source>Close other Saywrite windows; instead of a network drive use --data and a folder of this computer.</source>
        <translation>Fermez les autres fenêtres de Saywrite ; au lieu d'un lecteur réseau, utilisez --data et un dossier de cet ordinateur.</translation>
    </message>
    <message>
        <source>Close that program, then try again.</source>
        <translation>Fermez ce programme, puis réessayez.</translation>
    </message>
    <message>
        <source>Close the other Saywrite and start this one again: it keeps what can be read and begins a new history.</source>
        <translation>Fermez l'autre Saywrite et relancez celui-ci : il conserve ce qui peut être lu et commence un nouvel historique.</translation>
    </message>
    <message>
        <source>Close the program that is using it, or choose another microphone.</source>
        <translation>Fermez le programme qui l'utilise, ou choisissez un autre microphone.</translation>
    </message>
    <message>
        <source>closes a window</source>
        <translation>fermer une fenêtre</translation>
    </message>
    <message>
        <source>Co&amp;py it</source>
        <translation>Co&amp;pier</translation>
    </message>
    <message>
        <source>Collecting diagnostics…</source>
        <translation>Collecte des diagnostics…</translation>
    </message>
    <message>
        <source>Commands from other programs are not taken: {data} cannot be written to.</source>
        <translation>Les commandes d'autres programmes ne sont pas acceptées : impossible d'écrire dans {data}.</translation>
    </message>
    <message>
        <source>Comparing the files with their checksums…</source>
        <translation>Comparaison des fichiers avec leurs sommes de contrôle…</translation>
    </message>
    <message>
        <source>Connect to the network and try again, or copy the model's files here and name their folder in Settings &gt; Recognition (on the command line: --from FOLDER).</source>
        <translation>Connectez-vous au réseau et réessayez, ou copiez les fichiers du modèle sur cet ordinateur et indiquez leur dossier dans Paramètres &gt; Reconnaissance (en ligne de commande : --from FOLDER).</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>connecté</translation>
    </message>
    <message>
        <source>Connected now: {names}.</source>
        <translation>Branchés actuellement : {names}.</translation>
    </message>
    <message>
        <source>connected · {rtt_ms:.0f} ms</source>
        <translation>connecté · {rtt_ms:.0f} ms</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>connexion…</translation>
    </message>
    <message>
        <source>connects when needed</source>
        <translation>se connecte au besoin</translation>
    </message>
    <message>
        <source>Continue a sentence</source>
        <translation>Continuer une phrase</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC, or split it.</source>
        <translation>Convertissez le fichier en WAV ou en FLAC, ou divisez-le.</translation>
    </message>
    <message>
        <source>Convert it to WAV, FLAC, OGG or MP3, for example: ffmpeg -i FILE sound.flac</source>
        <translation>Convertissez-le en WAV, FLAC, OGG ou MP3, par exemple : ffmpeg -i FILE sound.flac</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copié</translation>
    </message>
    <message>
        <source>Copied all</source>
        <translation>Tout a été copié</translation>
    </message>
    <message>
        <source>Copied all with its translation</source>
        <translation>Tout a été copié avec la traduction</translation>
    </message>
    <message>
        <source>Copied the selection</source>
        <translation>Sélection copiée</translation>
    </message>
    <message>
        <source>copies</source>
        <translation>copier</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copier</translation>
    </message>
    <message>
        <source>Copy &amp;diagnostics</source>
        <translation>Copier les &amp;diagnostics</translation>
    </message>
    <message>
        <source>Copy it again, it is one line; this system keeps {limit} characters at most.</source>
        <translation>Recopiez la valeur, qui tient sur une seule ligne ; ce système conserve au plus {limit} caractères.</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings} or {key_variable}.</source>
        <translation>Recopiez-la en entier dans {settings} ou {key_variable}.</translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings}.</source>
        <translation>Recopiez la valeur en entier dans {settings}.</translation>
    </message>
    <message>
        <source>Copy t&amp;ranslation</source>
        <translation>Copier la tr&amp;aduction</translation>
    </message>
    <message>
        <source>Copy te&amp;xt</source>
        <translation>Copier le te&amp;xte</translation>
    </message>
    <message>
        <source>Copy the lines for the desktop's settings</source>
        <translation>Copier les lignes pour les paramètres du bureau</translation>
    </message>
    <message>
        <source>Copy the selected text, or all of it (Ctrl+Shift+C)</source>
        <translation>Copier le texte sélectionné, ou tout le texte (Ctrl+Maj+C)</translation>
    </message>
    <message>
        <source>Copy them, then open the dictation again.</source>
        <translation>Copiez-les, puis rouvrez la dictée.</translation>
    </message>
    <message>
        <source>Copy to the clipboard only</source>
        <translation>Copier seulement dans le presse-papiers</translation>
    </message>
    <message>
        <source>Copy with tra&amp;nslation</source>
        <translation>Copier avec la tra&amp;duction</translation>
    </message>
    <message>
        <source>Copying to the clipboard only</source>
        <translation>Copie dans le presse-papiers seulement</translation>
    </message>
    <message>
        <source>Correct a misheard word in a text, and it is suggested here.</source>
        <translation>Corrigez un mot mal compris dans un texte, et il sera proposé ici.</translation>
    </message>
    <message>
        <source>Correct it in the system's settings or in HTTPS_PROXY.</source>
        <translation>Corrigez-la dans les paramètres du système ou dans HTTPS_PROXY.</translation>
    </message>
    <message>
        <source>Correct or remove the environment variable {name}, then start Saywrite again.</source>
        <translation>Corrigez ou supprimez la variable d'environnement {name}, puis relancez Saywrite.</translation>
    </message>
    <message>
        <source>Correct or remove ~/.asoundrc, ~/.config/alsa/asoundrc and /etc/asound.conf, or install ALSA's configuration again (Debian, Ubuntu: libasound2-data; Fedora, Arch: alsa-lib).</source>
        <translation>Corrigez ou supprimez ~/.asoundrc, ~/.config/alsa/asoundrc et /etc/asound.conf, ou réinstallez la configuration d'ALSA (Debian, Ubuntu : libasound2-data ; Fedora, Arch : alsa-lib).</translation>
    </message>
    <message>
        <source>Correct the address in Settings &gt; Recognition.</source>
        <translation>Corrigez l'adresse dans Paramètres &gt; Reconnaissance.</translation>
    </message>
    <message>
        <source>Correct the file before you edit keywords: saving keeps it under another name.</source>
        <translation>Corrigez le fichier avant de modifier des mots-clés : l'enregistrement des mots-clés le conserve sous un autre nom.</translation>
    </message>
    <message>
        <source>Create the folder again, or {elsewhere}.</source>
        <translation>Recréez le dossier, ou {elsewhere}.</translation>
    </message>
    <message>
        <source>CSV table</source>
        <translation>Tableau CSV</translation>
    </message>
    <message>
        <source>CSV table (*.csv)</source>
        <translation>Tableau CSV (*.csv)</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>Co&amp;uper</translation>
    </message>
    <message>
        <source>cuts</source>
        <translation>couper</translation>
    </message>
    <message>
        <source>Damaged: its files are incomplete or were changed</source>
        <translation>Endommagé : ses fichiers sont incomplets ou ont été modifiés</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Sombre</translation>
    </message>
    <message>
        <source>dark mode colors</source>
        <translation>mode sombre mode clair couleurs thème</translation>
    </message>
    <message>
        <source>debug diagnostics</source>
        <translation>débogage diagnostic dépannage</translation>
    </message>
    <message>
        <source>Default: {default}</source>
        <translation>Par défaut : {default}</translation>
    </message>
    <message>
        <source>Default: {label}</source>
        <translation>Par défaut : {label}</translation>
    </message>
    <message>
        <source>Delete all &amp;remembered corrections</source>
        <translation>Supprimer &amp;toutes les corrections mémorisées</translation>
    </message>
    <message>
        <source>Detai&amp;ls…</source>
        <translation>Dé&amp;tails…</translation>
    </message>
    <message>
        <source>Details are kept with its text there.</source>
        <translation>Les détails y sont conservés avec son texte.</translation>
    </message>
    <message>
        <source>Details of the dictation</source>
        <translation>Détails de la dictée</translation>
    </message>
    <message>
        <source>Details of this &amp;dictation…</source>
        <translation>Détails de cette &amp;dictée…</translation>
    </message>
    <message>
        <source>Diagnostics copied: no text, audio or key is in them</source>
        <translation>Diagnostics copiés : ils ne contiennent ni texte, ni son, ni clé</translation>
    </message>
    <message>
        <source>Dictate</source>
        <translation>Dicter</translation>
    </message>
    <message>
        <source>Dictate (second key)</source>
        <translation>Dicter (deuxième touche)</translation>
    </message>
    <message>
        <source>Dictate in {language}</source>
        <translation>Dicter dans la langue : {language}</translation>
    </message>
    <message>
        <source>Dictate into the program in front</source>
        <translation>Dicter dans le programme au premier plan</translation>
    </message>
    <message>
        <source>Dictate something first.</source>
        <translation>Dictez d'abord quelque chose.</translation>
    </message>
    <message>
        <source>Dictate something; recordings are kept for as long as Settings &gt; Files and privacy says.</source>
        <translation>Dictez quelque chose ; les enregistrements sont conservés aussi longtemps que l'indique Paramètres &gt; Fichiers et confidentialité.</translation>
    </message>
    <message>
        <source>Dictate with the second key</source>
        <translation>Dicter avec la deuxième touche</translation>
    </message>
    <message>
        <source>Dictate with {recognizer}</source>
        <translation>Dicter avec : {recognizer}</translation>
    </message>
    <message>
        <source>dictating</source>
        <translation>dictée</translation>
    </message>
    <message>
        <source>Dictation</source>
        <translation>Dictée</translation>
    </message>
    <message>
        <source>Dictation failed, start again</source>
        <translation>La dictée a échoué, recommencez</translation>
    </message>
    <message>
        <source>Dictation {date}</source>
        <translation>Dictée {date}</translation>
    </message>
    <message>
        <source>Dictations</source>
        <translation>Dictées</translation>
    </message>
    <message>
        <source>Differences: {words}. They are marked. The dictation keeps its text.</source>
        <translation>Différences : {words}. Elles sont marquées. La dictée garde son texte.</translation>
    </message>
    <message>
        <source>Discard recording</source>
        <translation>Supprimer l'enregistrement</translation>
    </message>
    <message>
        <source>Discard this recording for good? Its words cannot be brought back.</source>
        <translation>Supprimer définitivement cet enregistrement ? Ses paroles ne pourront pas être récupérées.</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>Supprimer…</translation>
    </message>
    <message>
        <source>Disconnect at once</source>
        <translation>Se déconnecter aussitôt</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>Fermer ce message</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Terminé</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Télécharger</translation>
    </message>
    <message>
        <source>Download ({size})</source>
        <translation>Télécharger ({size})</translation>
    </message>
    <message>
        <source>Download again</source>
        <translation>Télécharger à nouveau</translation>
    </message>
    <message>
        <source>Download it again: saywrite models download {model}</source>
        <translation>Téléchargez-le de nouveau : saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition all the same, or use another network.</source>
        <translation>Téléchargez-le quand même dans Paramètres &gt; Reconnaissance, ou utilisez un autre réseau.</translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition, or with `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation>Téléchargez-le dans Paramètres &gt; Reconnaissance ou avec `saywrite models download {model}`. Ce que vous dictez d'ici là est enregistré et devient du texte quand le modèle est là.</translation>
    </message>
    <message>
        <source>Download it: saywrite models download {model}</source>
        <translation>Téléchargez-le : saywrite models download {model}</translation>
    </message>
    <message>
        <source>Download models from</source>
        <translation>Télécharger les modèles depuis</translation>
    </message>
    <message>
        <source>Download of the model</source>
        <translation>Téléchargement du modèle</translation>
    </message>
    <message>
        <source>Download one in Settings → Recognition; then Saywrite waits for the phrase by itself.</source>
        <translation>Téléchargez-en un dans Paramètres → Reconnaissance ; Saywrite attendra alors la phrase de lui-même.</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Téléchargement</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>téléchargement</translation>
    </message>
    <message>
        <source>downloading {share} %</source>
        <translation>téléchargement {share} %</translation>
    </message>
    <message>
        <source>Drop sound files, videos or folders here, or choose them. They are transcribed one after the other.</source>
        <translation>Déposez ici des fichiers audio, des vidéos ou des dossiers, ou choisissez-les. Ils sont transcrits l'un après l'autre.</translation>
    </message>
    <message>
        <source>Each sentence is a line</source>
        <translation>Une ligne par phrase</translation>
    </message>
    <message>
        <source>Ed&amp;it</source>
        <translation>&amp;Modifier</translation>
    </message>
    <message>
        <source>Edit it, or move it to another place.</source>
        <translation>Modifiez-le ou déplacez-le.</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>vide</translation>
    </message>
    <message>
        <source>End after a silence of</source>
        <translation>Terminer après un silence de</translation>
    </message>
    <message>
        <source>End it first, or use --data.</source>
        <translation>Arrêtez-le d'abord, ou utilisez --data.</translation>
    </message>
    <message>
        <source>End it first.</source>
        <translation>Arrêtez-le d'abord.</translation>
    </message>
    <message>
        <source>End with one of {suffixes}.</source>
        <translation>Terminez par l'une de ces extensions : {suffixes}.</translation>
    </message>
    <message>
        <source>ends the display</source>
        <translation>arrêter le serveur graphique</translation>
    </message>
    <message>
        <source>ends the session</source>
        <translation>fermer la session</translation>
    </message>
    <message>
        <source>engine whisper aiola cloud offline</source>
        <translation>moteur reconnaissance vocale whisper aiola cloud hors ligne</translation>
    </message>
    <message>
        <source>English</source>
        <translation>Anglais</translation>
    </message>
    <message>
        <source>Enter an address like https://apis.aiola.ai in the settings.</source>
        <translation>Saisissez une adresse comme https://apis.aiola.ai dans les paramètres.</translation>
    </message>
    <message>
        <source>error</source>
        <translation>erreur</translation>
    </message>
    <message>
        <source>Escape cancels a dictation.</source>
        <translation>Échap annule une dictée.</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Tout</translation>
    </message>
    <message>
        <source>Export as</source>
        <translation>Exporter au format</translation>
    </message>
    <message>
        <source>Export into</source>
        <translation>Exporter vers</translation>
    </message>
    <message>
        <source>Export its text instead.</source>
        <translation>Exportez plutôt son texte.</translation>
    </message>
    <message>
        <source>Export keywords</source>
        <translation>Exporter les mots-clés</translation>
    </message>
    <message>
        <source>Export keywords to a CSV or JSON file</source>
        <translation>Exporter les mots-clés dans un fichier CSV ou JSON</translation>
    </message>
    <message>
        <source>export the text from the history</source>
        <translation>exportez le texte depuis l'historique</translation>
    </message>
    <message>
        <source>Export the transcript</source>
        <translation>Exporter la transcription</translation>
    </message>
    <message>
        <source>Export where my speech went</source>
        <translation>Exporter « Où mes paroles sont allées »</translation>
    </message>
    <message numerus="yes">
        <source>Export {n} dictations into a folder</source>
        <extracomment>Singular: Export {n} dictation into a folder</extracomment>
        <translation>
            <numerusform>Exporter {n} dictée dans un dossier</numerusform>
            <numerusform>Exporter {n} dictées dans un dossier</numerusform>
        </translation>
    </message>
    <message>
        <source>Exported to {name}</source>
        <translation>Exporté vers {name}</translation>
    </message>
    <message>
        <source>Exported: {written:,} of {wanted:,}. This dictation and those below it in the list were not exported.</source>
        <translation>Exportées : {written:,} sur {wanted:,}. Cette dictée et celles qui la suivent dans la liste n'ont pas été exportées.</translation>
    </message>
    <message>
        <source>Failures only</source>
        <translation>Échecs seulement</translation>
    </message>
    <message>
        <source>Fewer errors, above all outside English; about four times the processor time of base.</source>
        <translation>Moins d'erreurs, surtout dans les langues autres que l'anglais ; environ quatre fois le temps processeur de base.</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Fichiers</translation>
    </message>
    <message>
        <source>Files and privacy</source>
        <translation>Fichiers et confidentialité</translation>
    </message>
    <message>
        <source>Files to t&amp;ranscribe…</source>
        <translation>Fichiers à t&amp;ranscrire…</translation>
    </message>
    <message>
        <source>Files – Saywrite</source>
        <translation>Fichiers – Saywrite</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filtrer</translation>
    </message>
    <message>
        <source>Filter keywords</source>
        <translation>Filtrer les mots-clés</translation>
    </message>
    <message>
        <source>Find in the transcript</source>
        <translation>Rechercher dans la transcription</translation>
    </message>
    <message>
        <source>Finished sentences</source>
        <translation>Phrases terminées</translation>
    </message>
    <message>
        <source>Finishing</source>
        <translation>Finalisation</translation>
    </message>
    <message>
        <source>finishing</source>
        <translation>finalisation</translation>
    </message>
    <message>
        <source>Finishing the last words</source>
        <translation>Les derniers mots sont en cours de finalisation</translation>
    </message>
    <message>
        <source>Finishing…</source>
        <translation>Finalisation…</translation>
    </message>
    <message>
        <source>First sound to first words</source>
        <translation>Du premier son aux premiers mots</translation>
    </message>
    <message>
        <source>For another language or another recognizer.</source>
        <translation>Pour une autre langue ou un autre moteur de reconnaissance.</translation>
    </message>
    <message>
        <source>For example: xterm = type, emacs = shift+insert. Other rules: ctrl+v, ctrl+shift+v, clipboard.</source>
        <translation>Par exemple : xterm = type, emacs = shift+insert. Autres règles : ctrl+v, ctrl+shift+v, clipboard.</translation>
    </message>
    <message>
        <source>forces a program to quit</source>
        <translation>forcer un programme à quitter</translation>
    </message>
    <message>
        <source>Free memory after</source>
        <translation>Libérer la mémoire après</translation>
    </message>
    <message>
        <source>Free some space on the disk that holds {place}.</source>
        <translation>Libérez de l'espace sur le disque qui contient {place}.</translation>
    </message>
    <message>
        <source>Free some space on the disk.</source>
        <translation>Libérez de l'espace sur le disque.</translation>
    </message>
    <message>
        <source>Free some space on this disk, then download the model again: it goes on where it was.</source>
        <translation>Libérez de l'espace sur ce disque, puis téléchargez de nouveau le modèle : le téléchargement reprend là où il en était.</translation>
    </message>
    <message>
        <source>Free some space, then stop the dictation.</source>
        <translation>Libérez de l'espace, puis arrêtez la dictée.</translation>
    </message>
    <message>
        <source>French</source>
        <translation>Français</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>Go</translation>
    </message>
    <message>
        <source>German</source>
        <translation>Allemand</translation>
    </message>
    <message>
        <source>Give your user write permission for this folder, or {elsewhere}.</source>
        <translation>Donnez à votre utilisateur le droit d'écriture sur ce dossier, ou {elsewhere}.</translation>
    </message>
    <message>
        <source>Go back to the window where you started</source>
        <translation>Revenir à la fenêtre où vous avez commencé</translation>
    </message>
    <message>
        <source>Go to the end of the transcript (Ctrl+End)</source>
        <translation>Aller à la fin de la transcription (Ctrl+Fin)</translation>
    </message>
    <message>
        <source>goes back in browsers and file managers</source>
        <translation>revenir en arrière dans les navigateurs et gestionnaires de fichiers</translation>
    </message>
    <message>
        <source>goes forward in browsers and file managers</source>
        <translation>avancer dans les navigateurs et gestionnaires de fichiers</translation>
    </message>
    <message>
        <source>Good everyday dictation on any computer.</source>
        <translation>Bonne dictée au quotidien sur tout ordinateur.</translation>
    </message>
    <message>
        <source>Good: Saywrite hears you.</source>
        <translation>Bien : Saywrite vous entend.</translation>
    </message>
    <message>
        <source>Hands-free</source>
        <translation>Mains libres</translation>
    </message>
    <message>
        <source>Hands-free from the start</source>
        <translation>Mains libres dès le démarrage</translation>
    </message>
    <message>
        <source>Hands-free key</source>
        <translation>Touche mains libres</translation>
    </message>
    <message>
        <source>Hands-free mode on and off</source>
        <translation>Activer et désactiver le mode mains libres</translation>
    </message>
    <message>
        <source>hands-free voice stop listening</source>
        <translation>mains libres voix arrêter écouter silence pause</translation>
    </message>
    <message>
        <source>Hands-free: cannot listen</source>
        <translation>Mains libres : écoute impossible</translation>
    </message>
    <message>
        <source>Hands-free: paused</source>
        <translation>Mains libres : en pause</translation>
    </message>
    <message>
        <source>Hands-free: say “{phrase}”</source>
        <translation>Mains libres : dites « {phrase} »</translation>
    </message>
    <message>
        <source>Hands-free: “{phrase}” ends the dictation</source>
        <translation>Mains libres : « {phrase} » termine la dictée</translation>
    </message>
    <message>
        <source>Hear from here</source>
        <translation>Écouter à partir d'ici</translation>
    </message>
    <message>
        <source>heard 00:00 · sent 00:00 · text 00:00</source>
        <translation>entendu 00:00 · envoyé 00:00 · texte 00:00</translation>
    </message>
    <message>
        <source>heard 00:00 · text 00:00</source>
        <translation>entendu 00:00 · texte 00:00</translation>
    </message>
    <message>
        <source>heard {heard}</source>
        <translation>entendu {heard}</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>Masquer</translation>
    </message>
    <message>
        <source>Hide the unfinished dictations</source>
        <translation>Masquer les dictées inachevées</translation>
    </message>
    <message>
        <source>hides a program</source>
        <translation>masquer un programme</translation>
    </message>
    <message>
        <source>History – Saywrite</source>
        <translation>Historique – Saywrite</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>Occurrences</translation>
    </message>
    <message>
        <source>Hits of the selected keyword</source>
        <translation>Occurrences du mot-clé sélectionné</translation>
    </message>
    <message>
        <source>Hits: not tried</source>
        <translation>Occurrences : non essayé</translation>
    </message>
    <message>
        <source>Hits: {hits}</source>
        <translation>Occurrences : {hits}</translation>
    </message>
    <message>
        <source>Hold a key, speak, let go</source>
        <translation>Maintenez une touche, parlez, relâchez</translation>
    </message>
    <message>
        <source>Hold the key</source>
        <translation>Maintenez la touche</translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation>Maintenir pour parler</translation>
    </message>
    <message>
        <source>Hold to talk, or tap to start and stop</source>
        <translation>Maintenir pour parler, ou appuyer brièvement pour démarrer et arrêter</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say any sentence, and let go.</source>
        <translation>Maintenez {hotkey}, dites une phrase quelconque, puis relâchez.</translation>
    </message>
    <message>
        <source>Hold {hotkey}, say “one, two, three”, and let go:</source>
        <translation>Maintenez {hotkey}, dites « un, deux, trois », puis relâchez :</translation>
    </message>
    <message>
        <source>Hold {key} in any program</source>
        <translation>Maintenez {key} dans n'importe quel programme</translation>
    </message>
    <message>
        <source>How much was recorded, and up to where it has become text</source>
        <translation>La durée enregistrée, et jusqu'où elle est devenue du texte</translation>
    </message>
    <message>
        <source>How the text gets into other programs.</source>
        <translation>La façon dont le texte arrive dans les autres programmes.</translation>
    </message>
    <message>
        <source>I &amp;speak</source>
        <translation>&amp;Je parle</translation>
    </message>
    <message>
        <source>If it is not there, choose “Insert again”.</source>
        <translation>S'il n'y est pas, choisissez « Insérer de nouveau ».</translation>
    </message>
    <message>
        <source>If more is expected, copy the file again.</source>
        <translation>S'il doit y en avoir plus, recopiez le fichier.</translation>
    </message>
    <message>
        <source>If the window changed</source>
        <translation>Si la fenêtre a changé</translation>
    </message>
    <message>
        <source>If these are missed, copy the file again.</source>
        <translation>Si elles manquent, recopiez le fichier.</translation>
    </message>
    <message>
        <source>If this is off, each sentence appears when it ends, and recognition needs a tenth of the processor time.</source>
        <translation>Si cette option est désactivée, chaque phrase apparaît à sa fin, et la reconnaissance demande dix fois moins de temps processeur.</translation>
    </message>
    <message>
        <source>If this is on, what you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>Si cette option est activée, ce que vous corrigez dans un texte est mémorisé sur cet ordinateur, tant que sa dictée est dans l'historique.</translation>
    </message>
    <message>
        <source>If you say “comma”, a comma is written.</source>
        <translation>Si vous dites « virgule », une virgule est écrite.</translation>
    </message>
    <message>
        <source>If your company inspects traffic, have its certificate installed in the system; otherwise do not use this network.</source>
        <translation>Si votre entreprise inspecte le trafic, faites installer son certificat dans le système ; sinon, n'utilisez pas ce réseau.</translation>
    </message>
    <message>
        <source>Import keywords</source>
        <translation>Importer des mots-clés</translation>
    </message>
    <message>
        <source>Import keywords from a CSV or JSON file</source>
        <translation>Importer des mots-clés d'un fichier CSV ou JSON</translation>
    </message>
    <message>
        <source>In every program</source>
        <translation>Dans tous les programmes</translation>
    </message>
    <message>
        <source>In Settings → Privacy &amp; security → Microphone, switch on “Let desktop apps access your microphone”.</source>
        <translation>Dans Paramètres → Confidentialité et sécurité → Microphone, activez « Autoriser les applications de bureau à accéder à votre microphone ».</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind a key to each command shown in Saywrite's settings.</source>
        <translation>Dans les paramètres du clavier du bureau, associez une touche à chaque commande indiquée dans les paramètres de Saywrite.</translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind this command to a key</source>
        <translation>Dans les paramètres du clavier du bureau, associez cette commande à une touche</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>Utilisé</translation>
    </message>
    <message numerus="yes">
        <source>in {n:,} places</source>
        <extracomment>Singular: in {n:,} place</extracomment>
        <translation>
            <numerusform>à {n:,} endroit</numerusform>
            <numerusform>à {n:,} endroits</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in {n} places</source>
        <extracomment>Singular: in {n} place</extracomment>
        <translation>
            <numerusform>à {n} endroit</numerusform>
            <numerusform>à {n} endroits</numerusform>
        </translation>
    </message>
    <message>
        <source>info</source>
        <translation>information</translation>
    </message>
    <message>
        <source>input device headset</source>
        <translation>périphérique d'entrée casque micro</translation>
    </message>
    <message>
        <source>Insert adds a keyword, F2 edits, Delete removes.</source>
        <translation>Inser ajoute un mot-clé, F2 le modifie, Suppr le retire.</translation>
    </message>
    <message>
        <source>Insert into the window in front</source>
        <translation>Insérer dans la fenêtre au premier plan</translation>
    </message>
    <message>
        <source>Insert text by</source>
        <translation>Insérer le texte par</translation>
    </message>
    <message>
        <source>Insert the last text &amp;again</source>
        <translation>Insérer de &amp;nouveau le dernier texte</translation>
    </message>
    <message>
        <source>Inserted into {program}</source>
        <translation>Inséré dans {program}</translation>
    </message>
    <message>
        <source>Insertion</source>
        <translation>Insertion</translation>
    </message>
    <message>
        <source>Install a newer Saywrite.</source>
        <translation>Installez une version plus récente de Saywrite.</translation>
    </message>
    <message>
        <source>Install and start a Secret Service, such as gnome-keyring or KWallet.</source>
        <translation>Installez et démarrez un service de secrets (Secret Service), comme gnome-keyring ou KWallet.</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) and start Saywrite again.</source>
        <translation>Installez-la (Debian, Ubuntu : libportaudio2 ; Fedora, Arch : portaudio) et relancez Saywrite.</translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libpulse0).</source>
        <translation>Installez-la (Debian, Ubuntu : libpulse0).</translation>
    </message>
    <message>
        <source>Install it with “brew install portaudio” and start Saywrite again.</source>
        <translation>Installez-la avec « brew install portaudio » et relancez Saywrite.</translation>
    </message>
    <message>
        <source>Install its bridge (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</source>
        <translation>Installez son pont (Debian, Ubuntu : libasound2-plugins ; Fedora : alsa-plugins-pulseaudio).</translation>
    </message>
    <message>
        <source>Install Saywrite again (“pip install ctranslate2”), or choose aiOla as the recognizer.</source>
        <translation>Réinstallez Saywrite (« pip install ctranslate2 »), ou choisissez aiOla comme moteur de reconnaissance.</translation>
    </message>
    <message>
        <source>Install Saywrite again.</source>
        <translation>Réinstallez Saywrite.</translation>
    </message>
    <message>
        <source>Install Saywrite again: its package “sounddevice” brings the library along.</source>
        <translation>Réinstallez Saywrite : son paquet « sounddevice » apporte la bibliothèque.</translation>
    </message>
    <message>
        <source>is Windows' own dictation</source>
        <translation>dictée de Windows</translation>
    </message>
    <message>
        <source>it answers with a web page</source>
        <translation>la réponse est une page web</translation>
    </message>
    <message>
        <source>it answers with an error (HTTP {status})</source>
        <translation>la réponse est une erreur (HTTP {status})</translation>
    </message>
    <message>
        <source>it answers with something else than asked for</source>
        <translation>la réponse n'est pas ce qui a été demandé</translation>
    </message>
    <message>
        <source>it cannot be reached</source>
        <translation>injoignable</translation>
    </message>
    <message>
        <source>it cannot prove that it is the right server</source>
        <translation>le serveur ne peut pas prouver son identité</translation>
    </message>
    <message>
        <source>it does not answer</source>
        <translation>pas de réponse</translation>
    </message>
    <message>
        <source>it does not have the file</source>
        <translation>le fichier n'y est pas</translation>
    </message>
    <message>
        <source>It goes on in {wait}.</source>
        <translation>Reprise dans {wait}.</translation>
    </message>
    <message>
        <source>it has another file under this name</source>
        <translation>un autre fichier y porte ce nom</translation>
    </message>
    <message>
        <source>it has no {file}</source>
        <translation>{file} n'y est pas</translation>
    </message>
    <message>
        <source>it holds a broken character.</source>
        <translation>un caractère est endommagé.</translation>
    </message>
    <message>
        <source>It holds no words, nothing was saved.</source>
        <translation>Il ne contient aucun mot, rien n'a été enregistré.</translation>
    </message>
    <message>
        <source>It is downloaded again.</source>
        <translation>Il est téléchargé de nouveau.</translation>
    </message>
    <message>
        <source>It is in the history and can be copied from there.</source>
        <translation>Il est dans l'historique et peut y être copié.</translation>
    </message>
    <message>
        <source>It is made again by itself.</source>
        <translation>Elle est rétablie automatiquement.</translation>
    </message>
    <message>
        <source>It is removed when Saywrite is uninstalled.</source>
        <translation>Il est supprimé lors de la désinstallation de Saywrite.</translation>
    </message>
    <message>
        <source>It is tried again when the network changes.</source>
        <translation>Une nouvelle tentative aura lieu quand le réseau changera.</translation>
    </message>
    <message>
        <source>It is tried again; check the addresses in {settings}.</source>
        <translation>Une nouvelle tentative est en cours ; vérifiez les adresses dans {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; check the network and the addresses in {settings}.</source>
        <translation>Une nouvelle tentative est en cours ; vérifiez le réseau et les adresses dans {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; check the network connection.</source>
        <translation>Une nouvelle tentative est en cours ; vérifiez la connexion au réseau.</translation>
    </message>
    <message>
        <source>It is tried again; check the proxy in the system's settings.</source>
        <translation>Une nouvelle tentative est en cours ; vérifiez le proxy dans les paramètres du système.</translation>
    </message>
    <message>
        <source>It is tried again; end those on other computers or in other programs.</source>
        <translation>Une nouvelle tentative est en cours ; terminez les dictées sur d'autres ordinateurs ou dans d'autres programmes.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask aiOla.</source>
        <translation>Une nouvelle tentative est en cours ; si le problème persiste, adressez-vous à aiOla.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask whoever runs your network to let WebSockets pass.</source>
        <translation>Une nouvelle tentative est en cours ; si le problème persiste, demandez au responsable de votre réseau de laisser passer les WebSockets.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, check the addresses in {settings}.</source>
        <translation>Une nouvelle tentative est en cours ; si le problème persiste, vérifiez les adresses dans {settings}.</translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, the log tells more.</source>
        <translation>Une nouvelle tentative est en cours ; si le problème persiste, le journal en dit plus.</translation>
    </message>
    <message>
        <source>It may have been removed; nothing was changed.</source>
        <translation>Elle a peut-être été supprimée ; rien n'a été modifié.</translation>
    </message>
    <message>
        <source>it points to an address that is not secure</source>
        <translation>renvoi vers une adresse non sécurisée</translation>
    </message>
    <message>
        <source>it redirects without end</source>
        <translation>redirections sans fin</translation>
    </message>
    <message>
        <source>it refuses access (HTTP {status})</source>
        <translation>accès refusé (HTTP {status})</translation>
    </message>
    <message>
        <source>it sends another part of the file than asked for</source>
        <translation>une autre partie du fichier que celle demandée est envoyée</translation>
    </message>
    <message>
        <source>it sends more bytes than the file has</source>
        <translation>plus d'octets que n'en a le fichier sont envoyés</translation>
    </message>
    <message>
        <source>it sends other bytes than the published ones</source>
        <translation>les octets envoyés ne sont pas ceux publiés</translation>
    </message>
    <message>
        <source>It was kept as {name} beside it; the defaults are used.</source>
        <translation>Le fichier a été conservé à côté sous le nom {name} ; les valeurs par défaut sont utilisées.</translation>
    </message>
    <message>
        <source>It was left as it is; the defaults are used. Repair or move it.</source>
        <translation>Le fichier a été laissé tel quel ; les valeurs par défaut sont utilisées. Réparez-le ou déplacez-le.</translation>
    </message>
    <message>
        <source>It works in every program.</source>
        <translation>Elle fonctionne dans tous les programmes.</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>Italien</translation>
    </message>
    <message>
        <source>its address cannot be read</source>
        <translation>l'adresse est illisible</translation>
    </message>
    <message>
        <source>its packages do not hold the model</source>
        <translation>les paquets ne contiennent pas le modèle</translation>
    </message>
    <message>
        <source>Its page says what is new, and how to install it.</source>
        <translation>La page de cette version dit ce qui est nouveau et comment l'installer.</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds.</source>
        <translation>Son enregistrement est conservé quelques secondes.</translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds. The menu of this icon offers to undo it.</source>
        <translation>Son enregistrement est conservé quelques secondes. Le menu de cette icône permet de revenir sur l'annulation.</translation>
    </message>
    <message>
        <source>Its text could not be written to the history.</source>
        <translation>Son texte n'a pas pu être écrit dans l'historique.</translation>
    </message>
    <message>
        <source>Its text is unchanged.</source>
        <translation>Son texte est inchangé.</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>Japonais</translation>
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
        <translation>ko</translation>
    </message>
    <message>
        <source>Ke&amp;y</source>
        <translation>&amp;Touche</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Conserver</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Conserver</translation>
    </message>
    <message>
        <source>Keep line breaks</source>
        <translation>Conserver les sauts de ligne</translation>
    </message>
    <message>
        <source>Keep recordings</source>
        <translation>Conserver les enregistrements</translation>
    </message>
    <message>
        <source>Keep running when closed</source>
        <translation>Continuer après la fermeture</translation>
    </message>
    <message>
        <source>Keep Saywrite open; close what else keeps the disk busy.</source>
        <translation>Laissez Saywrite ouvert ; fermez les autres programmes qui occupent le disque.</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Touche</translation>
    </message>
    <message>
        <source>Key to first sound</source>
        <translation>De la touche au premier son</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Raccourcis clavier</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Touches</translation>
    </message>
    <message>
        <source>Keys are kept in {name}.</source>
        <translation>Les clés sont conservées dans {name}.</translation>
    </message>
    <message>
        <source>Keyword lab</source>
        <translation>Laboratoire de mots-clés</translation>
    </message>
    <message>
        <source>Keywords</source>
        <translation>Mots-clés</translation>
    </message>
    <message>
        <source>Keywords (*.csv *.json *.txt)</source>
        <translation>Mots-clés (*.csv *.json *.txt)</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Langue</translation>
    </message>
    <message>
        <source>Language of the program</source>
        <translation>Langue du programme</translation>
    </message>
    <message>
        <source>Language of the second key</source>
        <translation>Langue de la deuxième touche</translation>
    </message>
    <message>
        <source>Leave it empty for the folder that you used last.</source>
        <translation>Laissez vide pour le dernier dossier utilisé.</translation>
    </message>
    <message>
        <source>Left and right walk through them.</source>
        <translation>Les flèches gauche et droite les parcourent.</translation>
    </message>
    <message>
        <source>Left {key}</source>
        <translation>{key} gauche</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Durée</translation>
    </message>
    <message>
        <source>Length of the recording</source>
        <translation>Durée de l'enregistrement</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>Réduites</translation>
    </message>
    <message>
        <source>Let go of all keys and try again.</source>
        <translation>Relâchez toutes les touches et réessayez.</translation>
    </message>
    <message>
        <source>libpulse-simple is missing.</source>
        <translation>libpulse-simple est introuvable.</translation>
    </message>
    <message>
        <source>libraries that PyAV's wheels carry</source>
        <translation>bibliothèques contenues dans les paquets wheel de PyAV</translation>
    </message>
    <message>
        <source>Licenses</source>
        <translation>Licences</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Clair</translation>
    </message>
    <message>
        <source>Line breaks in terminals</source>
        <translation>Sauts de ligne dans les terminaux</translation>
    </message>
    <message>
        <source>Line {line}: {what}</source>
        <translation>Ligne {line} : {what}</translation>
    </message>
    <message>
        <source>Lines that were not imported</source>
        <translation>Lignes qui n'ont pas été importées</translation>
    </message>
    <message>
        <source>Listen</source>
        <translation>Écouter</translation>
    </message>
    <message>
        <source>Listen before the key press</source>
        <translation>Écouter avant l'appui sur la touche</translation>
    </message>
    <message>
        <source>Listen to the sounds</source>
        <translation>Écouter les sons</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Écoute</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>à l'écoute</translation>
    </message>
    <message>
        <source>Listening. Speak now.</source>
        <translation>Saywrite écoute. Parlez maintenant.</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Écoute…</translation>
    </message>
    <message>
        <source>loading…</source>
        <translation>chargement…</translation>
    </message>
    <message>
        <source>loads when needed</source>
        <translation>se charge au besoin</translation>
    </message>
    <message>
        <source>locks the screen</source>
        <translation>verrouiller l'écran</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Journal</translation>
    </message>
    <message>
        <source>Log out and in again, then try again.</source>
        <translation>Fermez la session, rouvrez-la, puis réessayez.</translation>
    </message>
    <message>
        <source>Longest dictation</source>
        <translation>Dictée la plus longue</translation>
    </message>
    <message>
        <source>Longest sentence</source>
        <translation>Phrase la plus longue</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>Recherche de modèles…</translation>
    </message>
    <message>
        <source>Looking for updates…</source>
        <translation>Recherche de mises à jour…</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Recherche…</translation>
    </message>
    <message>
        <source>macOS does not give {chord} to programs ({code}).</source>
        <translation>macOS ne donne pas {chord} aux programmes ({code}).</translation>
    </message>
    <message>
        <source>macOS does not let Saywrite insert text yet. The text is on the clipboard.</source>
        <translation>macOS ne laisse pas encore Saywrite insérer de texte. Le texte est dans le presse-papiers.</translation>
    </message>
    <message>
        <source>macOS does not report {chord} to other programs.</source>
        <translation>macOS ne signale pas {chord} aux autres programmes.</translation>
    </message>
    <message>
        <source>Make it writable for your user, then try again.</source>
        <translation>Donnez-y le droit d'écriture à votre utilisateur, puis réessayez.</translation>
    </message>
    <message>
        <source>Make it writable, or {elsewhere}.</source>
        <translation>Rendez-le accessible en écriture, ou {elsewhere}.</translation>
    </message>
    <message>
        <source>Make the file readable for your user and start Saywrite again.</source>
        <translation>Rendez le fichier lisible pour votre utilisateur et relancez Saywrite.</translation>
    </message>
    <message>
        <source>Make the file readable for your user.</source>
        <translation>Rendez le fichier lisible pour votre utilisateur.</translation>
    </message>
    <message>
        <source>Make the folder {parent} writable for your user, or start with --data and another folder.</source>
        <translation>Donnez à votre utilisateur le droit d'écriture sur le dossier {parent}, ou lancez Saywrite avec --data et un autre dossier.</translation>
    </message>
    <message>
        <source>Mark words heard differently</source>
        <translation>Marquer les mots entendus autrement</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>Match &amp;case</source>
        <translation>Respecter la &amp;casse</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>Mo</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Microphone</translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation>Niveau du microphone</translation>
    </message>
    <message>
        <source>Microphone level: {value}</source>
        <translation>Niveau du microphone : {value}</translation>
    </message>
    <message>
        <source>milliseconds</source>
        <translation>millisecondes</translation>
    </message>
    <message>
        <source>minus {number}</source>
        <translation>moins {number}</translation>
    </message>
    <message>
        <source>mirror offline</source>
        <translation>miroir serveur miroir hors ligne</translation>
    </message>
    <message>
        <source>Missing sound</source>
        <translation>Son manquant</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modèle</translation>
    </message>
    <message>
        <source>model damaged</source>
        <translation>modèle endommagé</translation>
    </message>
    <message>
        <source>Models come over https only, so that nobody can change them on the way. Write https:// before the host.</source>
        <translation>Les modèles ne viennent que par https, afin que personne ne puisse les modifier en route. Écrivez https:// devant l'hôte.</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>Modèles…</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>Mois</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>Animations</translation>
    </message>
    <message>
        <source>Mouse {number}</source>
        <translation>Bouton de souris {number}</translation>
    </message>
    <message>
        <source>Move away a little, or lower the input level in the sound settings of this computer.</source>
        <translation>Éloignez-vous un peu, ou baissez le niveau d'entrée dans les paramètres de son de cet ordinateur.</translation>
    </message>
    <message>
        <source>Move it to another place, or start with --data and another folder.</source>
        <translation>Déplacez-le, ou lancez Saywrite avec --data et un autre dossier.</translation>
    </message>
    <message>
        <source>Moved to {label} in the sound settings.</source>
        <translation>Passage à {label} dans les paramètres du son.</translation>
    </message>
    <message>
        <source>must be a whole number</source>
        <translation>doit être un nombre entier</translation>
    </message>
    <message>
        <source>must be between {minimum} and {maximum}</source>
        <translation>doit être entre {minimum} et {maximum}</translation>
    </message>
    <message>
        <source>must be one of {names}</source>
        <translation>doit être l'une de ces valeurs : {names}</translation>
    </message>
    <message>
        <source>must be text in quotes</source>
        <translation>doit être un texte entre guillemets</translation>
    </message>
    <message>
        <source>must be text of at most {limit} characters</source>
        <translation>doit être un texte de {limit} caractères au plus</translation>
    </message>
    <message>
        <source>must be true or false</source>
        <translation>doit être true ou false</translation>
    </message>
    <message>
        <source>Name of the saved text</source>
        <translation>Nom du texte enregistré</translation>
    </message>
    <message>
        <source>Name the sound files in it.</source>
        <translation>Indiquez les fichiers audio qu'il contient.</translation>
    </message>
    <message>
        <source>Native libraries and tables</source>
        <translation>Bibliothèques natives et tables</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Jamais</translation>
    </message>
    <message>
        <source>New paragraph after a pause of</source>
        <translation>Nouveau paragraphe après une pause de</translation>
    </message>
    <message>
        <source>New text</source>
        <translation>Nouveau texte</translation>
    </message>
    <message>
        <source>New text: go to the end of the transcript</source>
        <translation>Nouveau texte : aller à la fin de la transcription</translation>
    </message>
    <message>
        <source>Next (F3)</source>
        <translation>Suivant (F3)</translation>
    </message>
    <message>
        <source>No dictations yet. What you dictate is kept here.</source>
        <translation>Aucune dictée pour l'instant. Ce que vous dictez est conservé ici.</translation>
    </message>
    <message>
        <source>No files</source>
        <translation>Aucun fichier</translation>
    </message>
    <message>
        <source>No keyword could be read from this {kind} file. Line {line}: {what}</source>
        <translation>Aucun mot-clé n'a pu être lu dans ce fichier {kind}. Ligne {line} : {what}</translation>
    </message>
    <message>
        <source>No keyword has these letters.</source>
        <translation>Aucun mot-clé ne contient ces lettres.</translation>
    </message>
    <message>
        <source>No keyword is in your last dictations.</source>
        <translation>Aucun mot-clé ne figure dans vos dernières dictées.</translation>
    </message>
    <message>
        <source>No microphone found</source>
        <translation>Aucun microphone trouvé</translation>
    </message>
    <message>
        <source>No microphone is connected.</source>
        <translation>Aucun microphone n'est branché.</translation>
    </message>
    <message>
        <source>No microphone was found.</source>
        <translation>Aucun microphone n'a été trouvé.</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>aucun modèle</translation>
    </message>
    <message>
        <source>no model yet</source>
        <translation>pas encore de modèle</translation>
    </message>
    <message>
        <source>No recognizer of this version does. The language stays as it was.</source>
        <translation>Aucun moteur de cette version ne la connaît. La langue reste inchangée.</translation>
    </message>
    <message>
        <source>No secure connection to {host} can be made ({detail}).</source>
        <translation>Impossible d'établir une connexion sécurisée avec {host} ({detail}).</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>Aucun paramètre ne contient ces mots.</translation>
    </message>
    <message>
        <source>No sound files are in this folder.</source>
        <translation>Il n'y a aucun fichier audio dans ce dossier.</translation>
    </message>
    <message>
        <source>No text</source>
        <translation>Aucun texte</translation>
    </message>
    <message>
        <source>No translation</source>
        <translation>Pas de traduction</translation>
    </message>
    <message>
        <source>No words were recognized.</source>
        <translation>Aucun mot n'a été reconnu.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>aucune</translation>
    </message>
    <message>
        <source>None: press to choose</source>
        <translation>Aucune : appuyez pour choisir</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>not connected</source>
        <translation>non connecté</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Introuvable</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>introuvable</translation>
    </message>
    <message>
        <source>Not on this computer</source>
        <translation>Pas sur cet ordinateur</translation>
    </message>
    <message>
        <source>not valid JSON from here on.</source>
        <translation>JSON non valide à partir d'ici.</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Rien</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Aucun résultat</translation>
    </message>
    <message>
        <source>Nothing found for “{words}” with these filters.</source>
        <translation>Aucun résultat pour « {words} » avec ces filtres.</translation>
    </message>
    <message>
        <source>Nothing found for “{words}”.</source>
        <translation>Aucun résultat pour « {words} ».</translation>
    </message>
    <message>
        <source>Nothing is recorded on disk yet.</source>
        <translation>Rien n'est encore enregistré sur le disque.</translation>
    </message>
    <message>
        <source>Nothing is saved yet; new sound is kept in memory.</source>
        <translation>Rien n'est encore enregistré sur le disque ; le nouveau son est gardé en mémoire.</translation>
    </message>
    <message>
        <source>Nothing leaves this computer</source>
        <translation>Rien ne quitte cet ordinateur</translation>
    </message>
    <message>
        <source>Nothing left this computer</source>
        <translation>Rien n'a quitté cet ordinateur</translation>
    </message>
    <message>
        <source>Nothing matches these filters.</source>
        <translation>Rien ne correspond à ces filtres.</translation>
    </message>
    <message>
        <source>nothing may leave this computer</source>
        <translation>rien ne doit quitter cet ordinateur</translation>
    </message>
    <message>
        <source>Nothing measured yet. Dictate something; how long each step took is kept with its text.</source>
        <translation>Aucune mesure pour l'instant. Dictez quelque chose ; la durée de chaque étape est conservée avec son texte.</translation>
    </message>
    <message>
        <source>nothing new</source>
        <translation>rien de nouveau</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>Rien n'a été modifié.</translation>
    </message>
    <message>
        <source>Nothing was dictated this month yet.</source>
        <translation>Rien n'a encore été dicté ce mois-ci.</translation>
    </message>
    <message>
        <source>Nothing was dictated yet.</source>
        <translation>Rien n'a encore été dicté.</translation>
    </message>
    <message>
        <source>Nothing was pasted: a text of the transcript has at most {most:,} characters.</source>
        <translation>Rien n'a été collé : un texte de la transcription compte au plus {most:,} caractères.</translation>
    </message>
    <message>
        <source>Nothing you dictated has left this computer.</source>
        <translation>Rien de ce que vous avez dicté n'a quitté cet ordinateur.</translation>
    </message>
    <message>
        <source>Now recording from {device}.</source>
        <translation>L'enregistrement se fait maintenant avec {device}.</translation>
    </message>
    <message>
        <source>Nowhere: nothing left this computer</source>
        <translation>Nulle part : rien n'a quitté cet ordinateur</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Désactivé</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Hors ligne</translation>
    </message>
    <message>
        <source>offline</source>
        <translation>hors ligne</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>Sur cet ordinateur</translation>
    </message>
    <message>
        <source>On, and clicks reach the window below</source>
        <translation>Activé, et les clics atteignent la fenêtre en dessous</translation>
    </message>
    <message>
        <source>On, and it can be dragged</source>
        <translation>Activé, et on peut le déplacer</translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation>Un instant…</translation>
    </message>
    <message>
        <source>Only while aiOla cannot be reached</source>
        <translation>Seulement tant qu'aiOla n'est pas joignable</translation>
    </message>
    <message>
        <source>Open a browser and sign in to this network; then it goes on.</source>
        <translation>Ouvrez un navigateur et identifiez-vous sur ce réseau ; la reprise est ensuite automatique.</translation>
    </message>
    <message>
        <source>Open a web page in the browser and sign in to the network, then try again.</source>
        <translation>Ouvrez une page web dans le navigateur et identifiez-vous sur le réseau, puis réessayez.</translation>
    </message>
    <message>
        <source>Open the page</source>
        <translation>Ouvrir la page</translation>
    </message>
    <message>
        <source>opening the stream</source>
        <translation>ouverture du flux</translation>
    </message>
    <message>
        <source>opens a terminal</source>
        <translation>ouvrir un terminal</translation>
    </message>
    <message>
        <source>opens help</source>
        <translation>ouvrir l'aide</translation>
    </message>
    <message>
        <source>opens Spotlight</source>
        <translation>ouvrir Spotlight</translation>
    </message>
    <message>
        <source>opens the clipboard history</source>
        <translation>ouvrir l'historique du presse-papiers</translation>
    </message>
    <message>
        <source>opens the menu of a window</source>
        <translation>ouvrir le menu d'une fenêtre</translation>
    </message>
    <message>
        <source>opens the settings</source>
        <translation>ouvre les paramètres</translation>
    </message>
    <message>
        <source>opens the start menu</source>
        <translation>ouvrir le menu Démarrer</translation>
    </message>
    <message>
        <source>Or put an API key into {key_variable}.</source>
        <translation>Ou mettez une clé API dans {key_variable}.</translation>
    </message>
    <message>
        <source>Over 10 min</source>
        <translation>Plus de 10 min</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>Superposition</translation>
    </message>
    <message>
        <source>Pages of settings</source>
        <translation>Pages des paramètres</translation>
    </message>
    <message>
        <source>Paste it where you want it.</source>
        <translation>Collez-le là où vous le voulez.</translation>
    </message>
    <message>
        <source>paste type clipboard</source>
        <translation>coller taper saisir presse-papiers</translation>
    </message>
    <message>
        <source>Paste your {label} here</source>
        <translation>Collez ici : {label}</translation>
    </message>
    <message>
        <source>pastes</source>
        <translation>coller</translation>
    </message>
    <message>
        <source>Pasting</source>
        <translation>Collage</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Pause between sentences</source>
        <translation>Pause entre les phrases</translation>
    </message>
    <message>
        <source>Paused at {done}</source>
        <translation>En pause à {done}</translation>
    </message>
    <message>
        <source>paused at {share} %</source>
        <translation>en pause à {share} %</translation>
    </message>
    <message>
        <source>pill floating</source>
        <translation>flottante fenêtre flottante pastille</translation>
    </message>
    <message>
        <source>Plain &amp;text</source>
        <translation>Te&amp;xte brut</translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation>Texte brut</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Lire</translation>
    </message>
    <message>
        <source>Play (Ctrl+P)</source>
        <translation>Lire (Ctrl+P)</translation>
    </message>
    <message>
        <source>Play a sound at the start</source>
        <translation>Émettre un son au début</translation>
    </message>
    <message>
        <source>Play sounds</source>
        <translation>Émettre des sons</translation>
    </message>
    <message>
        <source>Plug in a microphone or switch it on, then try again.</source>
        <translation>Branchez ou allumez un microphone, puis réessayez.</translation>
    </message>
    <message>
        <source>Plug in a speaker or headphones, or choose an output in the sound settings.</source>
        <translation>Branchez un haut-parleur ou un casque, ou choisissez une sortie dans les paramètres du son.</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>Portugais</translation>
    </message>
    <message>
        <source>preparing…</source>
        <translation>préparation…</translation>
    </message>
    <message>
        <source>preroll listen ahead</source>
        <translation>pré-enregistrement écouter avant anticipation</translation>
    </message>
    <message>
        <source>Present text: {origin}</source>
        <translation>Texte actuel : {origin}</translation>
    </message>
    <message>
        <source>Press a key, speak, press it again</source>
        <translation>Appuyez sur une touche, parlez, appuyez de nouveau</translation>
    </message>
    <message>
        <source>Press Start and speak</source>
        <translation>Appuyez sur Démarrer et parlez</translation>
    </message>
    <message>
        <source>Press Start and speak.</source>
        <translation>Appuyez sur Démarrer et parlez.</translation>
    </message>
    <message>
        <source>Press the keys… (Esc: leave it)</source>
        <translation>Appuyez sur les touches… (Échap : ne rien changer)</translation>
    </message>
    <message>
        <source>Press {hotkey}, say any sentence, and press it again.</source>
        <translation>Appuyez sur {hotkey}, dites une phrase quelconque, puis appuyez de nouveau.</translation>
    </message>
    <message>
        <source>Press {hotkey}, say “one, two, three”, and press it again:</source>
        <translation>Appuyez sur {hotkey}, dites « un, deux, trois », puis appuyez de nouveau :</translation>
    </message>
    <message>
        <source>Press {key} in any program</source>
        <translation>Appuyez sur {key} dans n'importe quel programme</translation>
    </message>
    <message>
        <source>Previous (Shift+F3)</source>
        <translation>Précédent (Maj+F3)</translation>
    </message>
    <message>
        <source>private network internet cloud</source>
        <translation>privé vie privée confidentialité réseau internet cloud hors ligne</translation>
    </message>
    <message>
        <source>Private: what you say does not leave this computer. Needs no network and no account.</source>
        <translation>Privé : ce que vous dites ne quitte pas cet ordinateur. Ne nécessite ni réseau ni compte.</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>problème</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Problèmes</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programme</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Progression</translation>
    </message>
    <message>
        <source>Progress of the trial</source>
        <translation>Progression de l'essai</translation>
    </message>
    <message>
        <source>Progress of transcribing again</source>
        <translation>Progression de la nouvelle transcription</translation>
    </message>
    <message>
        <source>Progress of {label}</source>
        <translation>Progression de {label}</translation>
    </message>
    <message>
        <source>Progress of {name}</source>
        <translation>Progression de {name}</translation>
    </message>
    <message>
        <source>Push-to-talk</source>
        <translation>Appuyer pour parler</translation>
    </message>
    <message>
        <source>Put a new one into {settings}, or check the computer's date and time.</source>
        <translation>Saisissez-en un nouveau dans {settings}, ou vérifiez la date et l'heure de l'ordinateur.</translation>
    </message>
    <message>
        <source>Put it into Settings → aiOla, or an API key into the environment variable {key_variable}.</source>
        <translation>Saisissez la valeur dans Paramètres → aiOla, ou mettez une clé API dans la variable d'environnement {key_variable}.</translation>
    </message>
    <message>
        <source>Put it into {settings}, or into {key_variable}.</source>
        <translation>Saisissez-la dans {settings} ou mettez-la dans {key_variable}.</translation>
    </message>
    <message>
        <source>Put the file back, or start Saywrite again: it begins a new history, and recordings are kept.</source>
        <translation>Remettez le fichier en place, ou relancez Saywrite : il commence un nouvel historique, et les enregistrements sont conservés.</translation>
    </message>
    <message>
        <source>Put them into the proxy's address in the system's settings or in HTTPS_PROXY (http://name:password@host:port).</source>
        <translation>Indiquez-les dans l'adresse du proxy, dans les paramètres du système ou dans HTTPS_PROXY (http://name:password@host:port).</translation>
    </message>
    <message>
        <source>Put your company's address into Settings → aiOla, or an API key into {key_variable}.</source>
        <translation>Saisissez l'adresse de votre entreprise dans Paramètres → aiOla, ou mettez une clé API dans {key_variable}.</translation>
    </message>
    <message>
        <source>Put your company's address into {settings}.</source>
        <translation>Saisissez l'adresse de votre entreprise dans {settings}.</translation>
    </message>
    <message>
        <source>Python packages</source>
        <translation>Paquets Python</translation>
    </message>
    <message>
        <source>quit background</source>
        <translation>quitter fermer arrière-plan</translation>
    </message>
    <message>
        <source>Quit it and start it again.</source>
        <translation>Quittez-le et relancez-le.</translation>
    </message>
    <message>
        <source>Quit it and start it again: it may be an older one.</source>
        <translation>Quittez-le et relancez-le : il s'agit peut-être d'une version plus ancienne.</translation>
    </message>
    <message>
        <source>quits a program</source>
        <translation>quitter un programme</translation>
    </message>
    <message>
        <source>Raise its input level in the sound settings, or come closer to it.</source>
        <translation>Augmentez son niveau d'entrée dans les paramètres du son, ou rapprochez-vous.</translation>
    </message>
    <message>
        <source>Raise its level, then transcribe it again.</source>
        <translation>Augmentez son niveau, puis transcrivez-le à nouveau.</translation>
    </message>
    <message>
        <source>Re&amp;move</source>
        <translation>Re&amp;tirer</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>Lecture du fichier…</translation>
    </message>
    <message>
        <source>reads and writes sound files; it comes inside PyAV (BSD 3-Clause)</source>
        <translation>lit et écrit les fichiers audio ; fourni avec PyAV (BSD 3-Clause)</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Prêt</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>prêt</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Reçu</translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation>Reconnaissance</translation>
    </message>
    <message>
        <source>Recognition models</source>
        <translation>Modèles de reconnaissance</translation>
    </message>
    <message>
        <source>Recognize the &amp;recordings again</source>
        <translation>Reconnaître à &amp;nouveau les enregistrements</translation>
    </message>
    <message>
        <source>Recognized by {other} while {recognizer} was away</source>
        <translation>Reconnu par {other} pendant que {recognizer} n'était pas joignable</translation>
    </message>
    <message>
        <source>Recognized on this computer while {recognizer} was away</source>
        <translation>Reconnu sur cet ordinateur pendant que {recognizer} n'était pas joignable</translation>
    </message>
    <message>
        <source>Recognizer</source>
        <translation>Moteur de reconnaissance</translation>
    </message>
    <message>
        <source>Recognizer and language</source>
        <translation>Moteur de reconnaissance et langue</translation>
    </message>
    <message>
        <source>Recognizer and language: {words}</source>
        <translation>Moteur de reconnaissance et langue : {words}</translation>
    </message>
    <message>
        <source>Recognizer and microphone</source>
        <translation>Moteur de reconnaissance et microphone</translation>
    </message>
    <message>
        <source>Recognizer of the second key</source>
        <translation>Moteur de reconnaissance de la deuxième touche</translation>
    </message>
    <message>
        <source>Recognizer state</source>
        <translation>État du moteur de reconnaissance</translation>
    </message>
    <message>
        <source>Recognizer: {word}</source>
        <translation>Moteur de reconnaissance : {word}</translation>
    </message>
    <message>
        <source>Recognizing recording {done} of {number}</source>
        <translation>Reconnaissance de l'enregistrement {done} sur {number}</translation>
    </message>
    <message>
        <source>Recognizing your last dictation…</source>
        <translation>Reconnaissance de votre dernière dictée…</translation>
    </message>
    <message>
        <source>reconnecting</source>
        <translation>reconnexion</translation>
    </message>
    <message>
        <source>reconnecting in {left} s</source>
        <translation>reconnexion dans {left} s</translation>
    </message>
    <message>
        <source>Reconnecting, recording goes on</source>
        <translation>Reconnexion, l'enregistrement continue</translation>
    </message>
    <message>
        <source>reconnecting…</source>
        <translation>reconnexion…</translation>
    </message>
    <message>
        <source>Record or copy it again.</source>
        <translation>Enregistrez-le ou copiez-le de nouveau.</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Son enregistré</translation>
    </message>
    <message>
        <source>Recorded time</source>
        <translation>Durée enregistrée</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Enregistrement</translation>
    </message>
    <message>
        <source>Recording continues in both cases.</source>
        <translation>L'enregistrement continue dans les deux cas.</translation>
    </message>
    <message>
        <source>Recording goes on as soon as sound arrives.</source>
        <translation>L'enregistrement reprend dès que du son arrive.</translation>
    </message>
    <message>
        <source>Recording goes on while the connection is being restored.</source>
        <translation>L'enregistrement continue pendant le rétablissement de la connexion.</translation>
    </message>
    <message>
        <source>recording, text follows</source>
        <translation>enregistrement, le texte suit</translation>
    </message>
    <message>
        <source>Recording; the connection is being restored…</source>
        <translation>Enregistrement ; rétablissement de la connexion…</translation>
    </message>
    <message>
        <source>Recordings are kept until you choose in the settings for how long.</source>
        <translation>Les enregistrements sont conservés jusqu'à ce que vous choisissiez leur durée dans les paramètres.</translation>
    </message>
    <message>
        <source>Recordings whose text is missing now are offered to be transcribed again.</source>
        <translation>Les enregistrements dont le texte manque maintenant sont proposés pour une nouvelle transcription.</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>refusé</translation>
    </message>
    <message>
        <source>refused, again in {left} s</source>
        <translation>refusé, nouvel essai dans {left} s</translation>
    </message>
    <message>
        <source>refused, trying again…</source>
        <translation>refusé, nouvel essai…</translation>
    </message>
    <message>
        <source>refused: {reason}</source>
        <translation>refusé : {reason}</translation>
    </message>
    <message>
        <source>Release to text</source>
        <translation>Du relâchement au texte</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Retirer</translation>
    </message>
    <message>
        <source>Remove it and download it again: saywrite models remove {model}, saywrite models download {model}</source>
        <translation>Supprimez-le et téléchargez-le de nouveau : saywrite models remove {model}, saywrite models download {model}</translation>
    </message>
    <message>
        <source>Remove the selected keywords (Delete)</source>
        <translation>Retirer les mots-clés sélectionnés (Suppr)</translation>
    </message>
    <message>
        <source>Remove {folder}.</source>
        <translation>Supprimez {folder}.</translation>
    </message>
    <message>
        <source>Remove {label} from this computer?</source>
        <translation>Retirer {label} de cet ordinateur ?</translation>
    </message>
    <message>
        <source>Remove {path}.</source>
        <translation>Supprimez {path}.</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Retirer…</translation>
    </message>
    <message>
        <source>Rename the folder, then try again.</source>
        <translation>Renommez le dossier, puis réessayez.</translation>
    </message>
    <message>
        <source>Restart it, or log out and in again.</source>
        <translation>Redémarrez-le, ou fermez la session et rouvrez-la.</translation>
    </message>
    <message>
        <source>Restart Saywrite; if that does not help, install it again.</source>
        <translation>Relancez Saywrite ; si cela ne suffit pas, réinstallez-le.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Reprendre</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>Retry {name}</source>
        <translation>Réessayer : {name}</translation>
    </message>
    <message>
        <source>Right {key}</source>
        <translation>{key} droite</translation>
    </message>
    <message>
        <source>Rules for single programs</source>
        <translation>Règles pour certains programmes</translation>
    </message>
    <message>
        <source>Run: chmod 700 {folder}</source>
        <translation>Exécutez : chmod 700 {folder}</translation>
    </message>
    <message>
        <source>runs a command</source>
        <translation>exécuter une commande</translation>
    </message>
    <message>
        <source>runs the speech models; its wheels carry libgomp (GPL 3 with the GCC runtime library exception)</source>
        <translation>exécute les modèles vocaux ; ses paquets wheel contiennent libgomp (GPL 3 avec l'exception pour la bibliothèque d'exécution de GCC)</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>A&amp;fficher</translation>
    </message>
    <message>
        <source>S&amp;kip</source>
        <translation>I&amp;gnorer</translation>
    </message>
    <message>
        <source>S&amp;peed…</source>
        <translation>&amp;Vitesse…</translation>
    </message>
    <message>
        <source>S&amp;top testing</source>
        <translation>A&amp;rrêter le test</translation>
    </message>
    <message>
        <source>S&amp;wap with “{other}”</source>
        <translation>Échan&amp;ger avec « {other} »</translation>
    </message>
    <message>
        <source>Same as the first key</source>
        <translation>Comme la première touche</translation>
    </message>
    <message>
        <source>Same as the system</source>
        <translation>Comme le système</translation>
    </message>
    <message>
        <source>Save audio</source>
        <translation>Enregistrer le son</translation>
    </message>
    <message>
        <source>Save audio…</source>
        <translation>Enregistrer le son…</translation>
    </message>
    <message>
        <source>Save the sound to a file first.</source>
        <translation>Enregistrez d'abord le son dans un fichier.</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Enregistré</translation>
    </message>
    <message>
        <source>Saved as {name}</source>
        <translation>Enregistré sous {name}</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>{name} enregistré</translation>
    </message>
    <message>
        <source>saves</source>
        <translation>enregistrer</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Sauvegarde…</translation>
    </message>
    <message>
        <source>Say a sentence</source>
        <translation>Dites une phrase</translation>
    </message>
    <message>
        <source>Say how to write “{spoken}”: the written form is empty.</source>
        <translation>Indiquez comment écrire « {spoken} » : la forme écrite est vide.</translation>
    </message>
    <message>
        <source>Say something</source>
        <translation>Dites quelque chose</translation>
    </message>
    <message>
        <source>Say something.</source>
        <translation>Dites quelque chose.</translation>
    </message>
    <message>
        <source>Say what is heard: the spoken form is empty.</source>
        <translation>Indiquez ce qui est entendu : la forme prononcée est vide.</translation>
    </message>
    <message>
        <source>Say “k eight s”, write “Kubernetes”.

Names, products, jargon: on the left as heard, on the right as written.</source>
        <translation>Dites « k huit s », écrivez « Kubernetes ».

Noms, produits, jargon : à gauche ce qui est entendu, à droite ce qui est écrit.</translation>
    </message>
    <message>
        <source>Saywrite</source>
        <translation>Saywrite</translation>
    </message>
    <message>
        <source>Saywrite (process {pid}) does not answer.</source>
        <translation>Saywrite (processus {pid}) ne répond pas.</translation>
    </message>
    <message>
        <source>Saywrite cannot be asked: {reason}.</source>
        <translation>Impossible de s'adresser à Saywrite : {reason}.</translation>
    </message>
    <message>
        <source>Saywrite cannot be started with the session: the name {path} is no valid text.</source>
        <translation>Saywrite ne peut pas être lancé avec la session : le nom {path} n'est pas un texte valide.</translation>
    </message>
    <message>
        <source>Saywrite cannot use this key. Press another one.</source>
        <translation>Saywrite ne peut pas utiliser cette touche. Appuyez sur une autre.</translation>
    </message>
    <message>
        <source>Saywrite hears the key, in every program.</source>
        <translation>Saywrite capte la touche, dans tous les programmes.</translation>
    </message>
    <message>
        <source>Saywrite is already running on {display}; its window is there. Quit it there first to have it here, or start it with --data and another folder.</source>
        <translation>Saywrite fonctionne déjà sur {display} ; sa fenêtre s'y trouve. Quittez-le d'abord là-bas pour l'avoir ici, ou lancez-le avec --data et un autre dossier.</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder (process {pid} on {host}).</source>
        <translation>Saywrite fonctionne déjà avec ce dossier de données (processus {pid} sur {host}).</translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder.</source>
        <translation>Saywrite fonctionne déjà avec ce dossier de données.</translation>
    </message>
    <message>
        <source>Saywrite is not running.</source>
        <translation>Saywrite n'est pas lancé.</translation>
    </message>
    <message>
        <source>Saywrite is running (process {pid}) but takes no commands.</source>
        <translation>Saywrite fonctionne (processus {pid}) mais n'accepte aucune commande.</translation>
    </message>
    <message>
        <source>Saywrite is under the MIT license. Its parts have licenses of their own.</source>
        <translation>Saywrite est sous licence MIT. Ses composants ont leurs propres licences.</translation>
    </message>
    <message>
        <source>Saywrite itself had the focus, so the text was not inserted anywhere.</source>
        <translation>Saywrite lui-même était actif ; le texte n'a donc été inséré nulle part.</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}</source>
        <translation>Saywrite n'a pas le droit d'écrire dans {place}</translation>
    </message>
    <message>
        <source>Saywrite may not write to {place}.</source>
        <translation>Saywrite n'a pas le droit d'écrire dans {place}.</translation>
    </message>
    <message>
        <source>Saywrite opens no connection to the network: it does not use aiOla and downloads no models.</source>
        <translation>Saywrite n'ouvre aucune connexion au réseau : il n'utilise pas aiOla et ne télécharge aucun modèle.</translation>
    </message>
    <message>
        <source>Saywrite overlay</source>
        <translation>Superposition de Saywrite</translation>
    </message>
    <message>
        <source>Saywrite stays here</source>
        <translation>Saywrite reste ici</translation>
    </message>
    <message>
        <source>Saywrite stays in the tray. If there is no tray, closing the window quits.</source>
        <translation>Saywrite reste dans la zone de notification. S'il n'y en a pas, fermer la fenêtre quitte le programme.</translation>
    </message>
    <message>
        <source>Saywrite stays open as a window. On GNOME the extension AppIndicator adds a tray.</source>
        <translation>Saywrite reste ouvert sous forme de fenêtre. Sous GNOME, l'extension AppIndicator ajoute une zone de notification.</translation>
    </message>
    <message>
        <source>Saywrite {version} is there.</source>
        <translation>Saywrite {version} est disponible.</translation>
    </message>
    <message>
        <source>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</source>
        <translation>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</translation>
    </message>
    <message>
        <source>Saywrite: say “{phrase}”. The microphone is open.</source>
        <translation>Saywrite : dites « {phrase} ». Le microphone est ouvert.</translation>
    </message>
    <message>
        <source>Saywrite: {words}{preroll}</source>
        <translation>Saywrite : {words}{preroll}</translation>
    </message>
    <message>
        <source>Se&amp;ttings…</source>
        <translation>&amp;Paramètres…</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Rechercher</translation>
    </message>
    <message>
        <source>Search in everything you dictated</source>
        <translation>Rechercher dans tout ce que vous avez dicté</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Rechercher dans l'historique</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>Rechercher dans les paramètres</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Recherche en cours…</translation>
    </message>
    <message>
        <source>Second key</source>
        <translation>Deuxième touche</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>Tout &amp;sélectionner</translation>
    </message>
    <message>
        <source>selects all</source>
        <translation>tout sélectionner</translation>
    </message>
    <message>
        <source>Send it again when it is complete.</source>
        <translation>Envoyez-le de nouveau quand il est complet.</translation>
    </message>
    <message>
        <source>sending the file</source>
        <translation>envoi du fichier</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Envoyé</translation>
    </message>
    <message>
        <source>Sent to</source>
        <translation>Envoyé à</translation>
    </message>
    <message>
        <source>Sent to {program}; it does not tell whether it took the text</source>
        <translation>Envoyé à {program} ; ce programme n'indique pas s'il a pris le texte</translation>
    </message>
    <message>
        <source>sent {sent}</source>
        <translation>envoyé {sent}</translation>
    </message>
    <message>
        <source>Service address</source>
        <translation>Adresse du service</translation>
    </message>
    <message>
        <source>Set it to 48,000 Hz in the system's sound settings, or choose another microphone.</source>
        <translation>Réglez-le sur 48 000 Hz dans les paramètres du son du système, ou choisissez un autre microphone.</translation>
    </message>
    <message>
        <source>Set its date and time; dictation works all the same.</source>
        <translation>Réglez sa date et son heure ; la dictée fonctionne malgré tout.</translation>
    </message>
    <message>
        <source>Set the computer's date and time, then try again.</source>
        <translation>Réglez la date et l'heure de l'ordinateur, puis réessayez.</translation>
    </message>
    <message>
        <source>Set XDG_RUNTIME_DIR to a folder with a shorter path.</source>
        <translation>Définissez XDG_RUNTIME_DIR sur un dossier dont le chemin est plus court.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Paramètres</translation>
    </message>
    <message>
        <source>Settings &gt; Keyboard &gt; View and Customize Shortcuts &gt; Custom Shortcuts: add one with this command</source>
        <translation>Paramètres &gt; Clavier &gt; Voir et personnaliser les raccourcis &gt; Raccourcis personnalisés : ajoutez-en un avec cette commande</translation>
    </message>
    <message>
        <source>Settings → aiOla</source>
        <translation>Paramètres → aiOla</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>A&amp;fficher</translation>
    </message>
    <message>
        <source>shortcut hotkey</source>
        <translation>raccourci clavier combinaison de touches</translation>
    </message>
    <message>
        <source>shortcut hotkey voice start stop listening accessibility</source>
        <translation>raccourci clavier combinaison de touches mains libres commande vocale voix démarrer arrêter écouter accessibilité</translation>
    </message>
    <message>
        <source>shortcut push-to-talk</source>
        <translation>raccourci clavier combinaison de touches</translation>
    </message>
    <message>
        <source>Shortest speech</source>
        <translation>Parole la plus courte</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Afficher</translation>
    </message>
    <message>
        <source>Show &amp;window</source>
        <translation>Afficher la &amp;fenêtre</translation>
    </message>
    <message>
        <source>Show all dictations</source>
        <translation>Afficher toutes les dictées</translation>
    </message>
    <message>
        <source>Show fewer messages</source>
        <translation>Afficher moins de messages</translation>
    </message>
    <message>
        <source>Show text</source>
        <translation>Afficher le texte</translation>
    </message>
    <message>
        <source>Show the &amp;files</source>
        <translation>Afficher les &amp;fichiers</translation>
    </message>
    <message>
        <source>Show the keywords</source>
        <translation>Afficher les mots-clés</translation>
    </message>
    <message>
        <source>Show the text of {name}</source>
        <translation>Afficher le texte : {name}</translation>
    </message>
    <message>
        <source>Show the unfinished dictations</source>
        <translation>Afficher les dictées inachevées</translation>
    </message>
    <message>
        <source>Show the waveform</source>
        <translation>Afficher la forme d'onde</translation>
    </message>
    <message>
        <source>Show words while you speak</source>
        <translation>Afficher les mots pendant que vous parlez</translation>
    </message>
    <message>
        <source>Shows words while you speak and writes while aiOla cannot be reached. Needs a recognition model.</source>
        <translation>Affiche les mots pendant que vous parlez, et écrit tant qu'aiOla n'est pas joignable. Nécessite un modèle de reconnaissance.</translation>
    </message>
    <message>
        <source>shows your keywords: names and terms as you write them</source>
        <translation>affiche vos mots-clés : noms et termes tels que vous les écrivez</translation>
    </message>
    <message>
        <source>Sign in with</source>
        <translation>Se connecter avec</translation>
    </message>
    <message>
        <source>Sign-in address</source>
        <translation>Adresse de connexion</translation>
    </message>
    <message>
        <source>Signed in at {host}.</source>
        <translation>Connecté à {host}.</translation>
    </message>
    <message>
        <source>signing in</source>
        <translation>connexion au compte</translation>
    </message>
    <message>
        <source>Signing in failed ({name}).</source>
        <translation>La connexion au compte a échoué ({name}).</translation>
    </message>
    <message>
        <source>Some sound got lost on its way.</source>
        <translation>Une partie du son s'est perdue en chemin.</translation>
    </message>
    <message>
        <source>Some terminals run a command at every line break.</source>
        <translation>Certains terminaux exécutent une commande à chaque saut de ligne.</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite.</source>
        <translation>Une erreur s'est produite dans Saywrite.</translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite. What you said is kept in the recording.</source>
        <translation>Une erreur s'est produite dans Saywrite. Ce que vous avez dit est conservé dans l'enregistrement.</translation>
    </message>
    <message>
        <source>Something went wrong while the text was being inserted.</source>
        <translation>Une erreur s'est produite pendant l'insertion du texte.</translation>
    </message>
    <message>
        <source>Sound goes to {host}.</source>
        <translation>Le son est envoyé à {host}.</translation>
    </message>
    <message>
        <source>Sound system</source>
        <translation>Système audio</translation>
    </message>
    <message>
        <source>Sound that has no text yet can no longer be read.</source>
        <translation>Du son qui n'a pas encore de texte ne peut plus être lu.</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Source</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>Espagnol</translation>
    </message>
    <message>
        <source>Speak</source>
        <translation>Parler</translation>
    </message>
    <message>
        <source>Speak up, move closer, or raise the input level in the sound settings of this computer.</source>
        <translation>Parlez plus fort, approchez-vous, ou augmentez le niveau d'entrée dans les paramètres de son de cet ordinateur.</translation>
    </message>
    <message>
        <source>Speak while “{status}” is shown.</source>
        <translation>Parlez pendant que « {status} » est affiché.</translation>
    </message>
    <message>
        <source>Speak, and it is written.</source>
        <translation>Parlez, et c'est écrit.</translation>
    </message>
    <message>
        <source>Speak, then press it again: your words are inserted where you type.</source>
        <translation>Parlez, puis appuyez de nouveau : vos paroles sont insérées là où vous tapez.</translation>
    </message>
    <message>
        <source>Speak, then release the key: your words are inserted where you type.</source>
        <translation>Parlez, puis relâchez la touche : vos paroles sont insérées là où vous tapez.</translation>
    </message>
    <message>
        <source>Speak. Your words appear here as you say them.</source>
        <translation>Parlez. Vos paroles apparaissent ici au fur et à mesure.</translation>
    </message>
    <message>
        <source>Speak. Your words are written as soon as the model is here.</source>
        <translation>Parlez. Vos paroles sont écrites dès que le modèle est là.</translation>
    </message>
    <message>
        <source>Speech</source>
        <translation>Temps de parole</translation>
    </message>
    <message>
        <source>Speech by month and host</source>
        <translation>Temps de parole par mois et par hôte</translation>
    </message>
    <message>
        <source>Speech counts for a host when any of it was sent there. Dictations that you delete stay in the sums of their month, without their text.</source>
        <translation>La parole compte pour un hôte dès qu'une partie y a été envoyée. Les dictées que vous supprimez restent, sans leur texte, dans les totaux de leur mois.</translation>
    </message>
    <message>
        <source>speech models by OpenAI, converted by Systran (faster-whisper) and dropbox-dash, with 8-bit integers made here</source>
        <translation>modèles vocaux d'OpenAI, convertis par Systran (faster-whisper) et dropbox-dash, mis ici en entiers de 8 bits</translation>
    </message>
    <message>
        <source>Speech threshold</source>
        <translation>Seuil de parole</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Vitesse</translation>
    </message>
    <message>
        <source>Speed of each step</source>
        <translation>Vitesse de chaque étape</translation>
    </message>
    <message>
        <source>Speed of each step: median, 95th percentile</source>
        <translation>Vitesse de chaque étape : médiane, 95e centile</translation>
    </message>
    <message>
        <source>Speed – Saywrite</source>
        <translation>Vitesse – Saywrite</translation>
    </message>
    <message>
        <source>spoken</source>
        <translation>forme parlée</translation>
    </message>
    <message>
        <source>Spoken punctuation</source>
        <translation>Ponctuation dictée</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Démarrer</translation>
    </message>
    <message>
        <source>Start again; if it happens again, send the log (Help &gt; Copy diagnostics).</source>
        <translation>Recommencez ; si cela se reproduit, envoyez le journal (Aide &gt; Copier les diagnostics).</translation>
    </message>
    <message>
        <source>Start again; if that does not help, “saywrite doctor” and the log tell more.</source>
        <translation>Recommencez ; si cela ne suffit pas, « saywrite doctor » et le journal en disent plus.</translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation>Démarrer à l'ouverture de session</translation>
    </message>
    <message>
        <source>Start dictation</source>
        <translation>Démarrer la dictée</translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation>Démarrer dans la zone de notification</translation>
    </message>
    <message>
        <source>Start it with: saywrite</source>
        <translation>Lancez-le avec : saywrite</translation>
    </message>
    <message>
        <source>Start Saywrite again.</source>
        <translation>Relancez Saywrite.</translation>
    </message>
    <message>
        <source>Start Saywrite again. Recordings are kept, and their text is made again where it is missing.</source>
        <translation>Relancez Saywrite. Les enregistrements sont conservés, et leur texte est refait là où il manque.</translation>
    </message>
    <message>
        <source>Start Saywrite again: it sets the file aside, keeps what can be read of it and begins a new history. Recordings are not affected.</source>
        <translation>Relancez Saywrite : il met le fichier de côté, conserve ce qui peut en être lu et commence un nouvel historique. Les enregistrements ne sont pas touchés.</translation>
    </message>
    <message>
        <source>Start Saywrite again; it offers the recording. Help &gt; Copy diagnostics helps us to find the cause.</source>
        <translation>Relancez Saywrite ; il propose l'enregistrement. Aide &gt; Copier les diagnostics nous aide à trouver la cause.</translation>
    </message>
    <message>
        <source>Start Saywrite from the desktop, not from another session.</source>
        <translation>Lancez Saywrite depuis le bureau, pas depuis une autre session.</translation>
    </message>
    <message>
        <source>start with --data and another folder</source>
        <translation>lancez Saywrite avec --data et un autre dossier</translation>
    </message>
    <message>
        <source>Starting, press to stop</source>
        <translation>Démarrage, appuyez pour arrêter</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Démarrage…</translation>
    </message>
    <message>
        <source>starts and stops in this window</source>
        <translation>démarre et arrête dans cette fenêtre</translation>
    </message>
    <message>
        <source>Starts and stops without the key</source>
        <translation>Démarre et arrête sans la touche</translation>
    </message>
    <message>
        <source>Stay connected for</source>
        <translation>Rester connecté pendant</translation>
    </message>
    <message>
        <source>Step {number} of {steps}: {name}</source>
        <translation>Étape {number} sur {steps} : {name}</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Arrêter</translation>
    </message>
    <message>
        <source>Stop &amp;without waiting for text</source>
        <translation>Arrêter &amp;sans attendre le texte</translation>
    </message>
    <message>
        <source>Stop (Ctrl+P)</source>
        <translation>Arrêter (Ctrl+P)</translation>
    </message>
    <message>
        <source>Stop dictation, recording now</source>
        <translation>Arrêter la dictée, enregistrement en cours</translation>
    </message>
    <message>
        <source>Stop dictation, recording now, reconnecting</source>
        <translation>Arrêter la dictée, enregistrement en cours, reconnexion</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the file.</source>
        <translation>Arrêtez-la d'abord, puis transcrivez le fichier.</translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the unfinished one.</source>
        <translation>Arrêtez-la d'abord, puis transcrivez la dictée inachevée.</translation>
    </message>
    <message>
        <source>Stop it first.</source>
        <translation>Arrêtez-la d'abord.</translation>
    </message>
    <message>
        <source>Stop it there first.</source>
        <translation>Arrêtez-la d'abord là-bas.</translation>
    </message>
    <message>
        <source>Stop that download first.</source>
        <translation>Arrêtez d'abord ce téléchargement.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Arrêté.</translation>
    </message>
    <message>
        <source>Structured results</source>
        <translation>Résultats structurés</translation>
    </message>
    <message>
        <source>Su&amp;ggestions</source>
        <translation>Su&amp;ggestions</translation>
    </message>
    <message>
        <source>Su&amp;ggestions ({number})</source>
        <translation>Su&amp;ggestions ({number})</translation>
    </message>
    <message>
        <source>SubRip subtitles</source>
        <translation>Sous-titres SubRip</translation>
    </message>
    <message>
        <source>Subtitles need the times of the words, and this text has none.</source>
        <translation>Les sous-titres ont besoin du minutage des mots, que ce texte n'a pas.</translation>
    </message>
    <message>
        <source>Suggest keywords from my &amp;corrections</source>
        <translation>Suggérer des mots-clés à partir de mes &amp;corrections</translation>
    </message>
    <message>
        <source>Suggest keywords from my corrections</source>
        <translation>Suggérer des mots-clés à partir de mes corrections</translation>
    </message>
    <message>
        <source>Suggested keywords</source>
        <translation>Mots-clés suggérés</translation>
    </message>
    <message>
        <source>Switch the hands-free mode on and off</source>
        <translation>Activer ou désactiver le mode mains libres</translation>
    </message>
    <message>
        <source>switches between programs</source>
        <translation>changer de programme</translation>
    </message>
    <message>
        <source>switches between windows</source>
        <translation>changer de fenêtre</translation>
    </message>
    <message>
        <source>Switches the hands-free mode on and off.</source>
        <translation>Active et désactive le mode mains libres.</translation>
    </message>
    <message>
        <source>switches the input method (IBus, Fcitx)</source>
        <translation>changer de méthode de saisie (IBus, Fcitx)</translation>
    </message>
    <message>
        <source>switches the input source</source>
        <translation>changer de source de saisie</translation>
    </message>
    <message>
        <source>switches the keyboard layout</source>
        <translation>changer de disposition de clavier</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>Valeur par défaut du système</translation>
    </message>
    <message>
        <source>System Settings &gt; Keyboard &gt; Shortcuts &gt; Add New &gt; Command: enter this command</source>
        <translation>Configuration du système &gt; Clavier &gt; Raccourcis &gt; Ajouter &gt; Commande : saisissez cette commande</translation>
    </message>
    <message>
        <source>takes a picture of the screen</source>
        <translation>faire une capture d'écran</translation>
    </message>
    <message>
        <source>Tap to start and stop</source>
        <translation>Appuyer brièvement pour démarrer et arrêter</translation>
    </message>
    <message>
        <source>Test of the connection</source>
        <translation>Test de la connexion</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>Test en cours…</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Texte</translation>
    </message>
    <message>
        <source>Text it has now</source>
        <translation>Texte actuel</translation>
    </message>
    <message>
        <source>Text of the dictation</source>
        <translation>Texte de la dictée</translation>
    </message>
    <message>
        <source>Text to inserted</source>
        <translation>Du texte à l'insertion</translation>
    </message>
    <message>
        <source>Text to show</source>
        <translation>Texte à afficher</translation>
    </message>
    <message>
        <source>Text until {until}: {origin}</source>
        <translation>Texte précédent ({until}) : {origin}</translation>
    </message>
    <message>
        <source>text {confirmed}</source>
        <translation>texte {confirmed}</translation>
    </message>
    <message>
        <source>Text: {stem}</source>
        <translation>Texte : {stem}</translation>
    </message>
    <message>
        <source>Texts of this dictation</source>
        <translation>Textes de cette dictée</translation>
    </message>
    <message>
        <source>Texts with hits</source>
        <translation>Textes avec occurrences</translation>
    </message>
    <message>
        <source>That did not work</source>
        <translation>Cela n'a pas fonctionné</translation>
    </message>
    <message>
        <source>That is silence.</source>
        <translation>C'est du silence.</translation>
    </message>
    <message>
        <source>That took {took} from the end of your words to the text.</source>
        <translation>Il a fallu {took} entre la fin de vos paroles et le texte.</translation>
    </message>
    <message>
        <source>The access token contains characters that cannot occur in one.</source>
        <translation>Le jeton d'accès contient des caractères qui ne peuvent pas y figurer.</translation>
    </message>
    <message>
        <source>The access token is there.</source>
        <translation>Le jeton d'accès est là.</translation>
    </message>
    <message>
        <source>The address of the proxy cannot be read.</source>
        <translation>L'adresse du proxy est illisible.</translation>
    </message>
    <message>
        <source>The API key contains characters that cannot occur in one.</source>
        <translation>La clé API contient des caractères qui ne peuvent pas y figurer.</translation>
    </message>
    <message>
        <source>The clipboard could not be used, so the text was not inserted.</source>
        <translation>Le presse-papiers n'a pas pu être utilisé ; le texte n'a donc pas été inséré.</translation>
    </message>
    <message>
        <source>The command does not come from this user.</source>
        <translation>La commande ne vient pas de cet utilisateur.</translation>
    </message>
    <message>
        <source>The computer was asleep.</source>
        <translation>L'ordinateur était en veille.</translation>
    </message>
    <message>
        <source>The computer was too busy to take all sound.</source>
        <translation>L'ordinateur était trop occupé pour capter tout le son.</translation>
    </message>
    <message>
        <source>The configuration of the sound system ALSA is missing or damaged.</source>
        <translation>La configuration du système audio ALSA manque ou est endommagée.</translation>
    </message>
    <message>
        <source>The connection is made anew.</source>
        <translation>La connexion est rétablie.</translation>
    </message>
    <message>
        <source>The connection to aiOla no longer answers.</source>
        <translation>La connexion à aiOla ne répond plus.</translation>
    </message>
    <message>
        <source>The connection to the X display was lost, so the text could not be put into another program.</source>
        <translation>La connexion à l'affichage X a été perdue ; le texte n'a donc pas pu être inséré dans un autre programme.</translation>
    </message>
    <message>
        <source>The connection to {host} failed ({detail}, while {doing}).</source>
        <translation>La connexion à {host} a échoué ({detail}, pendant : {doing}).</translation>
    </message>
    <message>
        <source>The connection to {host} was lost.</source>
        <translation>La connexion à {host} a été perdue.</translation>
    </message>
    <message>
        <source>the connection was cut</source>
        <translation>la connexion a été coupée</translation>
    </message>
    <message>
        <source>The delay cannot be measured: the service does not answer pings.</source>
        <translation>Le délai ne peut pas être mesuré : le service ne répond pas aux pings.</translation>
    </message>
    <message>
        <source>The delay is {milliseconds} ms.</source>
        <translation>Le délai est de {milliseconds} ms.</translation>
    </message>
    <message>
        <source>The desktop could not let Saywrite insert text into other programs.</source>
        <translation>Le bureau n'a pas pu laisser Saywrite insérer de texte dans d'autres programmes.</translation>
    </message>
    <message>
        <source>The desktop could not set up the key.</source>
        <translation>Le bureau n'a pas pu configurer la touche.</translation>
    </message>
    <message>
        <source>The desktop does not let Saywrite insert text into other programs.</source>
        <translation>Le bureau ne laisse pas Saywrite insérer de texte dans d'autres programmes.</translation>
    </message>
    <message>
        <source>The desktop gave Saywrite no keyboard or no clipboard to insert text with.</source>
        <translation>Le bureau n'a pas donné à Saywrite de clavier ou de presse-papiers pour insérer du texte.</translation>
    </message>
    <message>
        <source>The desktop has no key for {value} yet.</source>
        <translation>Le bureau n'a pas encore de touche pour {value}.</translation>
    </message>
    <message>
        <source>The desktop no longer tells which keys are pressed.</source>
        <translation>Le bureau n'indique plus quelles touches sont enfoncées.</translation>
    </message>
    <message>
        <source>The desktop took the key away.</source>
        <translation>Le bureau a retiré la touche.</translation>
    </message>
    <message>
        <source>The desktop was not allowed to give Saywrite a key.</source>
        <translation>Le bureau n'a pas été autorisé à donner une touche à Saywrite.</translation>
    </message>
    <message>
        <source>The desktop was not allowed to let Saywrite insert text into other programs.</source>
        <translation>Le bureau n'a pas été autorisé à laisser Saywrite insérer de texte dans d'autres programmes.</translation>
    </message>
    <message>
        <source>The desktop's portal does not answer.</source>
        <translation>Le portail du bureau ne répond pas.</translation>
    </message>
    <message>
        <source>The diagnostics could not be made: {error}</source>
        <translation>Les diagnostics n'ont pas pu être établis : {error}</translation>
    </message>
    <message>
        <source>The dictation goes on; the place is marked in the transcript.</source>
        <translation>La dictée continue ; l'endroit est marqué dans la transcription.</translation>
    </message>
    <message>
        <source>The dictation stopped working because of an error in Saywrite. What was recorded is on disk.</source>
        <translation>La dictée s'est interrompue à cause d'une erreur dans Saywrite. Ce qui a été enregistré est sur le disque.</translation>
    </message>
    <message>
        <source>The dictation was cancelled</source>
        <translation>La dictée a été annulée</translation>
    </message>
    <message>
        <source>The dictation was cancelled.</source>
        <translation>La dictée a été annulée.</translation>
    </message>
    <message>
        <source>The dictation was ended: the longest time for a dictation was reached.</source>
        <translation>La dictée a été terminée : la durée maximale d'une dictée était atteinte.</translation>
    </message>
    <message>
        <source>The dictation was not transcribed again.</source>
        <translation>La dictée n'a pas été transcrite de nouveau.</translation>
    </message>
    <message>
        <source>The disk has refused the recording for half an hour. What came before is kept in memory; what follows is not kept.</source>
        <translation>Le disque refuse l'enregistrement depuis une demi-heure. Ce qui précède est gardé en mémoire ; la suite n'est pas conservée.</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>le disque est plein</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>Le disque est plein.</translation>
    </message>
    <message>
        <source>The disk is full: the history cannot be written.</source>
        <translation>Le disque est plein : impossible d'écrire l'historique.</translation>
    </message>
    <message>
        <source>The disk is not keeping up: the newest sound is only in memory yet.</source>
        <translation>Le disque ne suit pas : le son le plus récent n'est encore qu'en mémoire.</translation>
    </message>
    <message>
        <source>The display cannot be reached, so no key is heard.</source>
        <translation>L'affichage n'est pas joignable ; aucune touche n'est donc captée.</translation>
    </message>
    <message>
        <source>The display has gone; no key is heard any more.</source>
        <translation>L'affichage a disparu ; plus aucune touche n'est captée.</translation>
    </message>
    <message>
        <source>The download of {label} is paused at {arrived}.</source>
        <translation>Le téléchargement de {label} est en pause à {arrived}.</translation>
    </message>
    <message>
        <source>The fewest errors; for strong computers: eight cores or more.</source>
        <translation>Le moins d'erreurs ; pour les ordinateurs puissants : huit cœurs ou plus.</translation>
    </message>
    <message>
        <source>The file about new versions cannot be read.</source>
        <translation>Le fichier sur les nouvelles versions est illisible.</translation>
    </message>
    <message>
        <source>The file about new versions is not signed by Saywrite.</source>
        <translation>Le fichier sur les nouvelles versions n'est pas signé par Saywrite.</translation>
    </message>
    <message>
        <source>The file about new versions is too long.</source>
        <translation>Le fichier sur les nouvelles versions est trop long.</translation>
    </message>
    <message>
        <source>The file became shorter while it was sent.</source>
        <translation>Le fichier a raccourci pendant son envoi.</translation>
    </message>
    <message>
        <source>The file cannot be read: {reason}.</source>
        <translation>Le fichier ne peut pas être lu : {reason}.</translation>
    </message>
    <message>
        <source>The file could not be sent to {host} ({name}).</source>
        <translation>Le fichier n'a pas pu être envoyé à {host} ({name}).</translation>
    </message>
    <message>
        <source>The file holds no sound.</source>
        <translation>Le fichier ne contient pas de son.</translation>
    </message>
    <message>
        <source>The focus is not in the window in which you began ({program}), so the text was not inserted.</source>
        <translation>Le focus n'est pas dans la fenêtre où vous avez commencé ({program}) ; le texte n'a donc pas été inséré.</translation>
    </message>
    <message>
        <source>The folder for Saywrite's socket has too long a name.</source>
        <translation>Le dossier du socket de Saywrite a un nom trop long.</translation>
    </message>
    <message>
        <source>the folder {place} is gone</source>
        <translation>le dossier {place} n'existe plus</translation>
    </message>
    <message>
        <source>The folder {place} is gone.</source>
        <translation>Le dossier {place} n'existe plus.</translation>
    </message>
    <message>
        <source>The hands-free mode is off</source>
        <translation>Le mode mains libres est désactivé</translation>
    </message>
    <message>
        <source>The hands-free mode is on</source>
        <translation>Le mode mains libres est activé</translation>
    </message>
    <message>
        <source>The hands-free mode needs a recognition model on this computer, and there is none.</source>
        <translation>Le mode mains libres a besoin d'un modèle de reconnaissance sur cet ordinateur, et il n'y en a aucun.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be locked: another program uses it, or its disk knows no file locks.</source>
        <translation>L'historique dans {path} ne peut pas être verrouillé : un autre programme l'utilise, ou son disque ne gère pas les verrous de fichier.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be opened for writing.</source>
        <translation>L'historique dans {path} ne peut pas être ouvert en écriture.</translation>
    </message>
    <message>
        <source>The history in {path} cannot be read from or written to its disk ({error}).</source>
        <translation>L'historique dans {path} ne peut pas être lu ou écrit sur son disque ({error}).</translation>
    </message>
    <message>
        <source>The history in {path} cannot be used ({error}).</source>
        <translation>L'historique dans {path} ne peut pas être utilisé ({error}).</translation>
    </message>
    <message>
        <source>The history in {path} is damaged and in use by another Saywrite. It was left as it is.</source>
        <translation>L'historique dans {path} est endommagé et utilisé par un autre Saywrite. Il a été laissé tel quel.</translation>
    </message>
    <message>
        <source>The history in {path} is damaged. It was left as it is.</source>
        <translation>L'historique dans {path} est endommagé. Il a été laissé tel quel.</translation>
    </message>
    <message>
        <source>The history is closed.</source>
        <translation>L'historique est fermé.</translation>
    </message>
    <message>
        <source>The history is in use by another program.</source>
        <translation>L'historique est utilisé par un autre programme.</translation>
    </message>
    <message>
        <source>The history was damaged and is kept as {path}. None of its dictations could be read; a new history was begun.</source>
        <translation>L'historique était endommagé et est conservé sous le nom {path}. Aucune de ses dictées n'a pu être lue ; un nouvel historique a été commencé.</translation>
    </message>
    <message numerus="yes">
        <source>The history was damaged and is kept as {path}. {n} dictations could be read; a new history was begun with what was read.</source>
        <extracomment>Singular: The history was damaged and is kept as {path}. {n} dictation could be read; a new history was begun with what was read.</extracomment>
        <translation>
            <numerusform>L'historique était endommagé et est conservé sous le nom {path}. {n} dictée a pu être lue ; un nouvel historique a été commencé avec ces données.</numerusform>
            <numerusform>L'historique était endommagé et est conservé sous le nom {path}. {n} dictées ont pu être lues ; un nouvel historique a été commencé avec ces données.</numerusform>
        </translation>
    </message>
    <message>
        <source>The history was written by a newer version of Saywrite. It was left as it is.</source>
        <translation>L'historique a été écrit par une version plus récente de Saywrite. Il a été laissé tel quel.</translation>
    </message>
    <message>
        <source>The history {path} was moved or deleted while Saywrite uses it.</source>
        <translation>L'historique {path} a été déplacé ou supprimé alors que Saywrite l'utilise.</translation>
    </message>
    <message>
        <source>The https address that returns an access token.</source>
        <translation>L'adresse https qui renvoie un jeton d'accès.</translation>
    </message>
    <message>
        <source>The key is kept until Saywrite is closed.</source>
        <translation>La clé est conservée jusqu'à la fermeture de Saywrite.</translation>
    </message>
    <message>
        <source>The key was not pressed yet.</source>
        <translation>La touche n'a pas encore été utilisée.</translation>
    </message>
    <message>
        <source>The keyring did not answer as it should ({name}).</source>
        <translation>Le trousseau de clés n'a pas répondu comme prévu ({name}).</translation>
    </message>
    <message>
        <source>The keyring does not answer.</source>
        <translation>Le trousseau de clés ne répond pas.</translation>
    </message>
    <message>
        <source>The keyring is locked.</source>
        <translation>Le trousseau de clés est verrouillé.</translation>
    </message>
    <message>
        <source>The keyring is not open</source>
        <translation>Le trousseau de clés n'est pas ouvert</translation>
    </message>
    <message>
        <source>The keyring's question for its password was cancelled; nothing was read or saved.</source>
        <translation>La demande de mot de passe du trousseau de clés a été annulée ; rien n'a été lu ni enregistré.</translation>
    </message>
    <message>
        <source>The keys to insert the text could not be sent to {program}.</source>
        <translation>Les touches servant à insérer le texte n'ont pas pu être envoyées à {program}.</translation>
    </message>
    <message>
        <source>The keyword joins the list at the side and counts from the next words on.</source>
        <translation>Le mot-clé est ajouté à la liste latérale et s'applique dès les mots suivants.</translation>
    </message>
    <message>
        <source>The keywords were changed since then: try them again.</source>
        <translation>Les mots-clés ont été modifiés depuis : essayez-les à nouveau.</translation>
    </message>
    <message>
        <source>The keywords were changed.</source>
        <translation>Les mots-clés ont été modifiés.</translation>
    </message>
    <message>
        <source>The language of windows and messages.</source>
        <translation>La langue des fenêtres et des messages.</translation>
    </message>
    <message>
        <source>The language you speak.</source>
        <translation>La langue que vous parlez.</translation>
    </message>
    <message>
        <source>The last insertion was too long ago.</source>
        <translation>La dernière insertion remonte à trop longtemps.</translation>
    </message>
    <message>
        <source>The last words are being written.</source>
        <translation>Les derniers mots sont en cours d'écriture.</translation>
    </message>
    <message>
        <source>The last {seconds:.0f} s have no text yet: {why}.</source>
        <translation>Les dernières {seconds:.0f} s n'ont pas encore de texte : {why}.</translation>
    </message>
    <message>
        <source>The library that decodes sound files (PyAV) is missing or damaged.</source>
        <translation>La bibliothèque qui décode les fichiers audio (PyAV) manque ou est endommagée.</translation>
    </message>
    <message>
        <source>The log has more.</source>
        <translation>Le journal en dit plus.</translation>
    </message>
    <message>
        <source>The log never contains what you say.</source>
        <translation>Le journal ne contient jamais ce que vous dites.</translation>
    </message>
    <message>
        <source>The log tells more.</source>
        <translation>Le journal en dit plus.</translation>
    </message>
    <message>
        <source>The message above says why, and what helps.</source>
        <translation>Le message ci-dessus dit pourquoi, et ce qui aide.</translation>
    </message>
    <message>
        <source>The microphone</source>
        <translation>Le microphone</translation>
    </message>
    <message>
        <source>The microphone changed to {label}.</source>
        <translation>Le microphone est maintenant {label}.</translation>
    </message>
    <message>
        <source>The microphone closes after this time, even while the key is down.</source>
        <translation>Le microphone se ferme après ce délai, même si la touche est encore enfoncée.</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({name}).</source>
        <translation>Le microphone n'a pas pu être ouvert ({name}).</translation>
    </message>
    <message>
        <source>The microphone could not be opened ({value}).</source>
        <translation>Le microphone n'a pas pu être ouvert ({value}).</translation>
    </message>
    <message>
        <source>The microphone is being opened.</source>
        <translation>Ouverture du microphone en cours.</translation>
    </message>
    <message>
        <source>The microphone is being opened…</source>
        <translation>Ouverture du microphone…</translation>
    </message>
    <message>
        <source>The microphone is then open from the start of Saywrite.</source>
        <translation>Le microphone est alors ouvert dès le démarrage de Saywrite.</translation>
    </message>
    <message>
        <source>The microphone offers no sample rate that Saywrite can use.</source>
        <translation>Le microphone ne propose aucune fréquence d'échantillonnage que Saywrite puisse utiliser.</translation>
    </message>
    <message>
        <source>The microphone was closed when the computer went to sleep.</source>
        <translation>Le microphone a été fermé quand l'ordinateur s'est mis en veille.</translation>
    </message>
    <message>
        <source>The microphone was closed when the screen was locked.</source>
        <translation>Le microphone a été fermé quand l'écran a été verrouillé.</translation>
    </message>
    <message>
        <source>The microphone was closed: the key is no longer heard.</source>
        <translation>Le microphone a été fermé : la touche n'est plus captée.</translation>
    </message>
    <message>
        <source>The microphone was closed: the time limit of the key was reached.</source>
        <translation>Le microphone a été fermé : la durée maximale d'une dictée avec la touche est atteinte.</translation>
    </message>
    <message>
        <source>The microphone was not found.</source>
        <translation>Le microphone n'a pas été trouvé.</translation>
    </message>
    <message>
        <source>The microphone went away.</source>
        <translation>Le microphone a disparu.</translation>
    </message>
    <message>
        <source>The model cannot be saved: {reason}.</source>
        <translation>Le modèle ne peut pas être enregistré : {reason}.</translation>
    </message>
    <message>
        <source>The model could not be tried: {reason}</source>
        <translation>Le modèle n'a pas pu être essayé : {reason}</translation>
    </message>
    <message>
        <source>the name is too long</source>
        <translation>le nom est trop long</translation>
    </message>
    <message>
        <source>The name is too long.</source>
        <translation>Le nom est trop long.</translation>
    </message>
    <message>
        <source>The next dictation starts faster while the connection is open.</source>
        <translation>La prochaine dictée démarre plus vite tant que la connexion est ouverte.</translation>
    </message>
    <message>
        <source>The official source</source>
        <translation>La source officielle</translation>
    </message>
    <message>
        <source>The one on this computer needs no network and no account.</source>
        <translation>Celui de cet ordinateur n'a besoin ni de réseau ni de compte.</translation>
    </message>
    <message>
        <source>The page of Saywrite answers with {status_code}.</source>
        <translation>La page de Saywrite répond par {status_code}.</translation>
    </message>
    <message>
        <source>The page of Saywrite cannot be reached.</source>
        <translation>La page de Saywrite n'est pas joignable.</translation>
    </message>
    <message>
        <source>the proxy cannot be used</source>
        <translation>le proxy ne peut pas être utilisé</translation>
    </message>
    <message>
        <source>The proxy does not let Saywrite through to {host} ({detail}).</source>
        <translation>Le proxy ne laisse pas Saywrite accéder à {host} ({detail}).</translation>
    </message>
    <message>
        <source>The proxy does not reach {host}.</source>
        <translation>Le proxy n'atteint pas {host}.</translation>
    </message>
    <message>
        <source>The proxy is of a kind that Saywrite cannot use.</source>
        <translation>Le proxy est d'un type que Saywrite ne peut pas utiliser.</translation>
    </message>
    <message>
        <source>the proxy refuses the connection</source>
        <translation>le proxy refuse la connexion</translation>
    </message>
    <message>
        <source>The proxy wants a user name and a password.</source>
        <translation>Le proxy demande un nom d'utilisateur et un mot de passe.</translation>
    </message>
    <message>
        <source>the quotation marks do not match.</source>
        <translation>les guillemets ne correspondent pas.</translation>
    </message>
    <message>
        <source>The reason is in its log.</source>
        <translation>La raison figure dans son journal.</translation>
    </message>
    <message>
        <source>The recognition model is not on this computer yet.</source>
        <translation>Le modèle de reconnaissance n'est pas encore sur cet ordinateur.</translation>
    </message>
    <message>
        <source>The recognition model that runs on this computer.</source>
        <translation>Le modèle de reconnaissance qui fonctionne sur cet ordinateur.</translation>
    </message>
    <message>
        <source>The recognition model {model} is damaged: it cannot be loaded.</source>
        <translation>Le modèle de reconnaissance {model} est endommagé : il ne peut pas être chargé.</translation>
    </message>
    <message>
        <source>The recognizer (CTranslate2) is not installed or cannot be loaded ({error}).</source>
        <translation>Le moteur de reconnaissance (CTranslate2) n'est pas installé ou ne peut pas être chargé ({error}).</translation>
    </message>
    <message>
        <source>The recognizer ended before the text was complete.</source>
        <translation>Le moteur de reconnaissance s'est arrêté avant que le texte soit complet.</translation>
    </message>
    <message>
        <source>The recognizer is not available.</source>
        <translation>Le moteur de reconnaissance n'est pas disponible.</translation>
    </message>
    <message>
        <source>The recognizer is unloaded after this time without a dictation. The next dictation loads it again.</source>
        <translation>Le moteur de reconnaissance est déchargé de la mémoire après ce délai sans dictée. La dictée suivante le recharge.</translation>
    </message>
    <message>
        <source>The recognizer on this computer carries on.</source>
        <translation>Le moteur de reconnaissance de cet ordinateur prend le relais.</translation>
    </message>
    <message>
        <source>The recognizer on this computer could not be started.</source>
        <translation>Le moteur de reconnaissance de cet ordinateur n'a pas pu être démarré.</translation>
    </message>
    <message>
        <source>The recognizer on this computer ended or stopped answering, three times in a row.</source>
        <translation>Le moteur de reconnaissance de cet ordinateur s'est arrêté ou a cessé de répondre, trois fois de suite.</translation>
    </message>
    <message>
        <source>The recording cannot be read back ({reason}).</source>
        <translation>L'enregistrement ne peut pas être relu ({reason}).</translation>
    </message>
    <message>
        <source>the recording has reached the largest file size allowed here</source>
        <translation>l'enregistrement a atteint la plus grande taille de fichier autorisée ici</translation>
    </message>
    <message>
        <source>The recording has reached the largest file size allowed here.</source>
        <translation>L'enregistrement a atteint la plus grande taille de fichier autorisée ici.</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be opened ({reason}).</source>
        <translation>L'enregistrement dans {folder} ne peut pas être ouvert ({reason}).</translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be read ({reason}).</source>
        <translation>L'enregistrement dans {folder} ne peut pas être lu ({reason}).</translation>
    </message>
    <message>
        <source>The recording is kept as it is.</source>
        <translation>L'enregistrement est conservé tel quel.</translation>
    </message>
    <message>
        <source>The recording is kept.</source>
        <translation>L'enregistrement est conservé.</translation>
    </message>
    <message>
        <source>The recording is kept: transcribe it again for the text of the service.</source>
        <translation>L'enregistrement est conservé : transcrivez-le à nouveau pour obtenir le texte du service.</translation>
    </message>
    <message>
        <source>The recording is not removed.</source>
        <translation>L'enregistrement n'est pas supprimé.</translation>
    </message>
    <message>
        <source>The recording is saved up to {length}; new sound is kept in memory.</source>
        <translation>Le son est enregistré sur le disque jusqu'à {length} ; le nouveau son est gardé en mémoire.</translation>
    </message>
    <message>
        <source>The recording itself is kept.</source>
        <translation>L'enregistrement lui-même est conservé.</translation>
    </message>
    <message>
        <source>The recording of a dictation without its complete text stays among the unfinished ones.</source>
        <translation>L'enregistrement d'une dictée sans texte complet reste parmi les dictées inachevées.</translation>
    </message>
    <message>
        <source>The running Saywrite does not know this command.</source>
        <translation>Le Saywrite en cours ne connaît pas cette commande.</translation>
    </message>
    <message>
        <source>The running Saywrite gave no answer that makes sense.</source>
        <translation>Le Saywrite en cours n'a pas donné de réponse compréhensible.</translation>
    </message>
    <message>
        <source>The Saywrite with this data folder belongs to another user.</source>
        <translation>Le Saywrite qui utilise ce dossier de données appartient à un autre utilisateur.</translation>
    </message>
    <message>
        <source>The selected keyword is not in your last dictations.</source>
        <translation>Le mot-clé sélectionné ne figure pas dans vos dernières dictées.</translation>
    </message>
    <message>
        <source>the service</source>
        <translation>le service</translation>
    </message>
    <message>
        <source>The service's address contains more than a host and a path.</source>
        <translation>L'adresse du service contient plus qu'un hôte et un chemin.</translation>
    </message>
    <message>
        <source>The service's address is not a valid address.</source>
        <translation>L'adresse du service n'est pas une adresse valide.</translation>
    </message>
    <message>
        <source>The service's address is not a web address.</source>
        <translation>L'adresse du service n'est pas une adresse web.</translation>
    </message>
    <message>
        <source>The service's address is not encrypted.</source>
        <translation>L'adresse du service n'est pas chiffrée.</translation>
    </message>
    <message>
        <source>The session bus is gone, so text cannot be put into other programs.</source>
        <translation>Le bus de session a disparu ; aucun texte ne peut donc être inséré dans d'autres programmes.</translation>
    </message>
    <message>
        <source>The socket cannot be made: {reason}.</source>
        <translation>Le socket ne peut pas être créé : {reason}.</translation>
    </message>
    <message>
        <source>The sound could not be played ({name}).</source>
        <translation>Le son n'a pas pu être lu ({name}).</translation>
    </message>
    <message>
        <source>The sound could not be played.</source>
        <translation>Le son n'a pas pu être lu.</translation>
    </message>
    <message>
        <source>The sound is sent again.</source>
        <translation>Le son est envoyé de nouveau.</translation>
    </message>
    <message>
        <source>The sound library cannot reach the sound server.</source>
        <translation>La bibliothèque audio ne peut pas joindre le serveur de son.</translation>
    </message>
    <message>
        <source>The sound library PortAudio is missing.</source>
        <translation>La bibliothèque audio PortAudio manque.</translation>
    </message>
    <message>
        <source>The sound server did not open the microphone (error {value}).</source>
        <translation>Le serveur de son n'a pas ouvert le microphone (erreur {value}).</translation>
    </message>
    <message>
        <source>The sound server does not answer.</source>
        <translation>Le serveur de son ne répond pas.</translation>
    </message>
    <message>
        <source>The sound system does not answer.</source>
        <translation>Le système audio ne répond pas.</translation>
    </message>
    <message>
        <source>The sound system that has the microphone.</source>
        <translation>Le système audio auquel appartient le microphone.</translation>
    </message>
    <message>
        <source>the spoken form is empty.</source>
        <translation>la forme prononcée est vide.</translation>
    </message>
    <message>
        <source>the spoken form is not a text.</source>
        <translation>la forme prononcée n'est pas un texte.</translation>
    </message>
    <message>
        <source>The system does not let Saywrite use the microphone.</source>
        <translation>Le système ne laisse pas Saywrite utiliser le microphone.</translation>
    </message>
    <message>
        <source>The system keeps this, so its own settings show it too.</source>
        <translation>Le système gère ce réglage ; ses propres paramètres l'affichent donc aussi.</translation>
    </message>
    <message>
        <source>The system's microphone is now {label}.</source>
        <translation>Le microphone du système est maintenant {label}.</translation>
    </message>
    <message>
        <source>The test broke off; the log says why.</source>
        <translation>Le test s'est interrompu ; le journal dit pourquoi.</translation>
    </message>
    <message>
        <source>The text in {program} was changed since then, or the cursor was moved, so nothing was undone.</source>
        <translation>Le texte dans {program} a été modifié depuis, ou le curseur a été déplacé : rien n'a été annulé.</translation>
    </message>
    <message>
        <source>The text is in the history and can be copied from there.</source>
        <translation>Le texte est dans l'historique et peut y être copié.</translation>
    </message>
    <message>
        <source>The text is on the clipboard, as you chose.</source>
        <translation>Le texte est dans le presse-papiers, comme vous l'avez choisi.</translation>
    </message>
    <message>
        <source>The text is on the clipboard: paste it where you want it, or choose “Insert again”.</source>
        <translation>Le texte est dans le presse-papiers : collez-le là où vous le voulez, ou choisissez « Insérer de nouveau ».</translation>
    </message>
    <message>
        <source>The text is written where your cursor is, in whatever program you use.</source>
        <translation>Le texte est écrit là où se trouve votre curseur, dans le programme que vous utilisez.</translation>
    </message>
    <message>
        <source>The text was inserted into {program}.</source>
        <translation>Le texte a été inséré dans {program}.</translation>
    </message>
    <message>
        <source>The text was sent to {program}, which does not tell whether it took it.</source>
        <translation>Le texte a été envoyé à {program}, qui n'indique pas s'il l'a accepté.</translation>
    </message>
    <message>
        <source>The transcript shows sentences without a longer pause between them as running text.</source>
        <translation>La transcription affiche en texte continu les phrases qui se suivent sans pause plus longue.</translation>
    </message>
    <message>
        <source>The transcript was cleared.</source>
        <translation>La transcription a été effacée.</translation>
    </message>
    <message>
        <source>The translation is shown beside what you said.</source>
        <translation>La traduction est affichée à côté de ce que vous avez dit.</translation>
    </message>
    <message>
        <source>The trial was stopped.</source>
        <translation>L'essai a été arrêté.</translation>
    </message>
    <message>
        <source>The Wayland compositor cannot be reached, so text cannot be put into other programs.</source>
        <translation>Le compositeur Wayland n'est pas joignable ; aucun texte ne peut donc être inséré dans d'autres programmes.</translation>
    </message>
    <message>
        <source>The whole text at the end</source>
        <translation>Tout le texte à la fin</translation>
    </message>
    <message>
        <source>the window in front</source>
        <translation>la fenêtre au premier plan</translation>
    </message>
    <message>
        <source>The window in front did not read the text.</source>
        <translation>La fenêtre au premier plan n'a pas lu le texte.</translation>
    </message>
    <message>
        <source>The window is closed, the program runs on. To quit, use this icon's menu; the settings can change it.</source>
        <translation>La fenêtre est fermée, le programme continue. Pour quitter, utilisez le menu de cette icône ; les paramètres permettent de changer cela.</translation>
    </message>
    <message>
        <source>The window you began in ({program}) could not be brought back, so the text was not inserted.</source>
        <translation>La fenêtre où vous avez commencé ({program}) n'a pas pu être ramenée au premier plan ; le texte n'a donc pas été inséré.</translation>
    </message>
    <message>
        <source>The workflow of your account that transcribes.</source>
        <translation>Le workflow de votre compte qui transcrit.</translation>
    </message>
    <message>
        <source>the written form is empty.</source>
        <translation>la forme écrite est vide.</translation>
    </message>
    <message>
        <source>the written form is missing.</source>
        <translation>la forme écrite manque.</translation>
    </message>
    <message>
        <source>the written form is not a text.</source>
        <translation>la forme écrite n'est pas un texte.</translation>
    </message>
    <message>
        <source>The X display cannot be reached, so text cannot be put into other programs.</source>
        <translation>L'affichage X n'est pas joignable ; aucun texte ne peut donc être inséré dans d'autres programmes.</translation>
    </message>
    <message>
        <source>Then download the model again.</source>
        <translation>Puis téléchargez de nouveau le modèle.</translation>
    </message>
    <message>
        <source>Then the dictation ends with what this computer heard, and a notice says so.</source>
        <translation>La dictée se termine alors avec ce que cet ordinateur a entendu, et un message le signale.</translation>
    </message>
    <message>
        <source>There are no dictations yet to try the keywords on.</source>
        <translation>Il n'y a pas encore de dictées sur lesquelles essayer les mots-clés.</translation>
    </message>
    <message>
        <source>There is no aiOla access token yet.</source>
        <translation>Il n'y a pas encore de jeton d'accès aiOla.</translation>
    </message>
    <message>
        <source>There is no aiOla API key yet.</source>
        <translation>Il n'y a pas encore de clé API aiOla.</translation>
    </message>
    <message>
        <source>There is no audio output.</source>
        <translation>Il n'y a pas de sortie audio.</translation>
    </message>
    <message>
        <source>There is no build of the recognizer (CTranslate2) for Windows on ARM.</source>
        <translation>Il n'existe pas de version du moteur de reconnaissance (CTranslate2) pour Windows sur ARM.</translation>
    </message>
    <message>
        <source>There is no display, so text cannot be put into other programs.</source>
        <translation>Il n'y a pas d'affichage ; aucun texte ne peut donc être inséré dans d'autres programmes.</translation>
    </message>
    <message>
        <source>There is no file “{name}”.</source>
        <translation>Il n'y a pas de fichier « {name} ».</translation>
    </message>
    <message>
        <source>There is no key called “{last}”.</source>
        <translation>Il n'y a pas de touche nommée « {last} ».</translation>
    </message>
    <message>
        <source>There is no language called “{code}”.</source>
        <translation>Il n'existe aucune langue nommée « {code} ».</translation>
    </message>
    <message>
        <source>There is no microphone called {name}.</source>
        <translation>Il n'y a pas de microphone nommé {name}.</translation>
    </message>
    <message>
        <source>There is no microphone.</source>
        <translation>Il n'y a pas de microphone.</translation>
    </message>
    <message>
        <source>There is no model called {id}.</source>
        <translation>Il n'y a pas de modèle nommé {id}.</translation>
    </message>
    <message>
        <source>There is no network route to {host}.</source>
        <translation>Il n'y a pas de route réseau vers {host}.</translation>
    </message>
    <message>
        <source>There is no recorded dictation to try the model on.</source>
        <translation>Il n'y a pas de dictée enregistrée pour essayer le modèle.</translation>
    </message>
    <message>
        <source>There is no session bus, so no key is heard.</source>
        <translation>Il n'y a pas de bus de session ; aucune touche n'est donc captée.</translation>
    </message>
    <message>
        <source>There is no session bus, so text cannot be put into other programs.</source>
        <translation>Il n'y a pas de bus de session ; aucun texte ne peut donc être inséré dans d'autres programmes.</translation>
    </message>
    <message>
        <source>There is no such folder. Choose one that holds the model files, or leave the line empty.</source>
        <translation>Ce dossier n'existe pas. Choisissez-en un qui contient les fichiers du modèle, ou laissez la ligne vide.</translation>
    </message>
    <message>
        <source>There is no text to export yet.</source>
        <translation>Il n'y a pas encore de texte à exporter.</translation>
    </message>
    <message>
        <source>There is no token address yet.</source>
        <translation>L'adresse du jeton n'est pas encore indiquée.</translation>
    </message>
    <message>
        <source>There is not enough space for the model: {needed} are needed, {free} are free.</source>
        <translation>Il n'y a pas assez d'espace pour le modèle : il faut {needed}, {free} sont libres.</translation>
    </message>
    <message>
        <source>There is nothing to remove.</source>
        <translation>Il n'y a rien à supprimer.</translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation>Il n'y a rien à annuler.</translation>
    </message>
    <message>
        <source>There is too little free memory for the recognition model {model}.</source>
        <translation>Il n'y a pas assez de mémoire libre pour le modèle de reconnaissance {model}.</translation>
    </message>
    <message>
        <source>There was no microphone.</source>
        <translation>Il n'y avait pas de microphone.</translation>
    </message>
    <message>
        <source>These keywords change nothing in your last dictations.</source>
        <translation>Ces mots-clés ne changent rien dans vos dernières dictées.</translation>
    </message>
    <message>
        <source>These models recognize speech on this computer. What you say does not leave it.</source>
        <translation>Ces modèles reconnaissent la parole sur cet ordinateur. Ce que vous dites ne le quitte pas.</translation>
    </message>
    <message>
        <source>These notes are in English.</source>
        <translation>Ces notes sont en anglais.</translation>
    </message>
    <message>
        <source>These seconds are kept: transcribe them from the window once aiOla answers again.</source>
        <translation>Ces secondes sont conservées : transcrivez-les depuis la fenêtre quand aiOla répondra de nouveau.</translation>
    </message>
    <message>
        <source>This account has no dictation left to open at the same time.</source>
        <translation>Ce compte ne peut pas ouvrir une dictée de plus en même temps.</translation>
    </message>
    <message>
        <source>This account has no permission at {host} (while {doing}).</source>
        <translation>Ce compte n'a pas d'autorisation sur {host} (pendant : {doing}).</translation>
    </message>
    <message>
        <source>This compositor lets no program press keys, so text cannot be put into other programs.</source>
        <translation>Ce compositeur ne laisse aucun programme appuyer sur des touches ; aucun texte ne peut donc être inséré dans d'autres programmes.</translation>
    </message>
    <message>
        <source>This compositor lets no program without a window use the clipboard.</source>
        <translation>Ce compositeur ne laisse aucun programme sans fenêtre utiliser le presse-papiers.</translation>
    </message>
    <message>
        <source>This computer heard this; the text of {recognizer} will replace it unless you edit it</source>
        <translation>Cet ordinateur a entendu ceci ; le texte de {recognizer} le remplacera, sauf si vous le modifiez</translation>
    </message>
    <message>
        <source>This computer listens along</source>
        <translation>Cet ordinateur écoute aussi</translation>
    </message>
    <message>
        <source>This computer writes at once, and its text stays</source>
        <translation>Cet ordinateur écrit aussitôt, et son texte reste</translation>
    </message>
    <message>
        <source>This computer's clock is {length} ahead.</source>
        <translation>L'horloge de cet ordinateur avance de {length}.</translation>
    </message>
    <message>
        <source>This computer's clock is {length} behind.</source>
        <translation>L'horloge de cet ordinateur retarde de {length}.</translation>
    </message>
    <message>
        <source>This computer's processor is too old for the recognizer: it lacks instructions that CTranslate2 needs (AVX).</source>
        <translation>Le processeur de cet ordinateur est trop ancien pour le moteur de reconnaissance : il lui manque des instructions dont CTranslate2 a besoin (AVX).</translation>
    </message>
    <message>
        <source>This desktop hears keys itself and passes none on. Give it the key in its own settings:</source>
        <translation>Ce bureau capte lui-même les touches et n'en transmet aucune. Indiquez-lui la touche dans ses propres paramètres :</translation>
    </message>
    <message>
        <source>This desktop lets no other program hear a key.</source>
        <translation>Ce bureau ne laisse aucun autre programme capter une touche.</translation>
    </message>
    <message>
        <source>This desktop passes no mouse buttons such as {chord} on to other programs.</source>
        <translation>Ce bureau ne transmet pas aux autres programmes les boutons de souris comme {chord}.</translation>
    </message>
    <message>
        <source>This desktop shows no tray icon.</source>
        <translation>Ce bureau n'affiche pas d'icône dans une zone de notification.</translation>
    </message>
    <message>
        <source>This dictation is in use.</source>
        <translation>Cette dictée est en cours d'utilisation.</translation>
    </message>
    <message>
        <source>This dictation is not in the history.</source>
        <translation>Cette dictée n'est pas dans l'historique.</translation>
    </message>
    <message>
        <source>This dictation is still being recorded.</source>
        <translation>Cette dictée est encore en cours d'enregistrement.</translation>
    </message>
    <message>
        <source>This dictation or its earlier text was deleted meanwhile.</source>
        <translation>Cette dictée ou son texte précédent a été supprimé entre-temps.</translation>
    </message>
    <message>
        <source>This dictation was deleted meanwhile.</source>
        <translation>Cette dictée a été supprimée entre-temps.</translation>
    </message>
    <message>
        <source>This is no address. Write it as https://models.example.com/whisper.</source>
        <translation>Ce n'est pas une adresse. Écrivez-la comme https://models.example.com/whisper.</translation>
    </message>
    <message>
        <source>This is not a JSON file with keywords.</source>
        <translation>Ce n'est pas un fichier JSON de mots-clés.</translation>
    </message>
    <message>
        <source>This is not a Saywrite command.</source>
        <translation>Ce n'est pas une commande de Saywrite.</translation>
    </message>
    <message>
        <source>This is the newest version</source>
        <translation>C'est la version la plus récente</translation>
    </message>
    <message>
        <source>This keyboard has no {chord}.</source>
        <translation>Ce clavier n'a pas de touche {chord}.</translation>
    </message>
    <message>
        <source>This month: {parts}.</source>
        <translation>Ce mois-ci : {parts}.</translation>
    </message>
    <message>
        <source>This recording is too long for a WAV file (37 hours).</source>
        <translation>Cet enregistrement est trop long pour un fichier WAV (37 heures).</translation>
    </message>
    <message>
        <source>This sounds like {name}, but {chosen} is chosen.</source>
        <translation>Cela ressemble à : {name}. La langue choisie est : {chosen}.</translation>
    </message>
    <message>
        <source>This system does not report {key} to other programs.</source>
        <translation>Ce système ne signale pas {key} aux autres programmes.</translation>
    </message>
    <message>
        <source>This system has no keyring to keep the key in.</source>
        <translation>Ce système n'a pas de trousseau de clés où conserver la clé.</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in a terminal.</source>
        <translation>Ce texte ne peut pas être annulé sans risque dans un terminal.</translation>
    </message>
    <message>
        <source>This text cannot safely be undone in this program.</source>
        <translation>Ce texte ne peut pas être annulé sans risque dans ce programme.</translation>
    </message>
    <message>
        <source>This text was changed elsewhere meanwhile, so your changes were not saved. They are still here.</source>
        <translation>Ce texte a été modifié ailleurs entre-temps, vos modifications n'ont donc pas été enregistrées. Elles sont toujours ici.</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Repères temporels</translation>
    </message>
    <message>
        <source>To permit it, turn off “{switch}” in Settings &gt; Files and privacy.</source>
        <translation>Pour le permettre, désactivez « {switch} » dans Paramètres &gt; Fichiers et confidentialité.</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Aujourd'hui</translation>
    </message>
    <message>
        <source>Token address</source>
        <translation>Adresse du jeton</translation>
    </message>
    <message>
        <source>Token address of your company</source>
        <translation>Adresse du jeton de votre entreprise</translation>
    </message>
    <message>
        <source>Too loud: the sound is distorted.</source>
        <translation>Trop fort : le son est déformé.</translation>
    </message>
    <message>
        <source>took {time}</source>
        <translation>durée : {time}</translation>
    </message>
    <message>
        <source>Transcribe</source>
        <translation>Transcrire</translation>
    </message>
    <message>
        <source>Transcribe a file</source>
        <translation>Transcrire un fichier</translation>
    </message>
    <message>
        <source>Transcribe a file…</source>
        <translation>Transcrire un fichier…</translation>
    </message>
    <message>
        <source>Transcribe a folder</source>
        <translation>Transcrire un dossier</translation>
    </message>
    <message>
        <source>Transcribe the file again later.</source>
        <translation>Transcrivez de nouveau le fichier plus tard.</translation>
    </message>
    <message>
        <source>Transcribed files</source>
        <translation>Fichiers transcrits</translation>
    </message>
    <message>
        <source>Transcribed {file}{rest}</source>
        <translation>{file} transcrit{rest}</translation>
    </message>
    <message>
        <source>transcribes an audio file; you can also drop one here</source>
        <translation>transcrit un fichier audio ; vous pouvez aussi en déposer un ici</translation>
    </message>
    <message>
        <source>Transcribing again: {recognizer}, {language}</source>
        <translation>Nouvelle transcription : {recognizer}, {language}</translation>
    </message>
    <message>
        <source>Transcribing {name}, press to cancel</source>
        <translation>Transcription de {name}, appuyez pour annuler</translation>
    </message>
    <message>
        <source>Transcribing… Cancel</source>
        <translation>Transcription… Annuler</translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation>Transcription</translation>
    </message>
    <message>
        <source>Translate into</source>
        <translation>Traduire en</translation>
    </message>
    <message>
        <source>Translation</source>
        <translation>Traduction</translation>
    </message>
    <message>
        <source>Try &amp;keywords…</source>
        <translation>Essa&amp;yer les mots-clés…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>Try again and enter the password.</source>
        <translation>Réessayez et saisissez le mot de passe.</translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation>Réessayez dans un instant.</translation>
    </message>
    <message>
        <source>Try again in a moment; if that does not help, end process {pid} and start Saywrite again.</source>
        <translation>Réessayez dans un instant ; si cela ne suffit pas, arrêtez le processus {pid} et relancez Saywrite.</translation>
    </message>
    <message>
        <source>Try again later, or look at the page of Saywrite.</source>
        <translation>Réessayez plus tard, ou consultez la page de Saywrite.</translation>
    </message>
    <message>
        <source>Try again; the log has the details.</source>
        <translation>Réessayez ; les détails sont dans le journal.</translation>
    </message>
    <message>
        <source>Try it here</source>
        <translation>Essayez ici</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations</source>
        <translation>Essayer les mots-clés sur vos dernières dictées</translation>
    </message>
    <message>
        <source>Try keywords on your last dictations…</source>
        <translation>Essayer les mots-clés sur vos dernières dictées…</translation>
    </message>
    <message>
        <source>Try on my last dictation</source>
        <translation>Essayer sur ma dernière dictée</translation>
    </message>
    <message>
        <source>Typing (slower, does not use the clipboard)</source>
        <translation>Frappe (plus lent, n'utilise pas le presse-papiers)</translation>
    </message>
    <message>
        <source>unavailable</source>
        <translation>indisponible</translation>
    </message>
    <message>
        <source>Unchanged:</source>
        <translation>Inchangé :</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Undo it in the program itself, or select it there and delete it.</source>
        <translation>Annulez l'insertion dans le programme lui-même, ou sélectionnez-y le texte et supprimez-le.</translation>
    </message>
    <message>
        <source>Undo the &amp;cancellation</source>
        <translation>Revenir sur l'annu&amp;lation</translation>
    </message>
    <message>
        <source>Undo the last &amp;insertion</source>
        <translation>Annuler la dernière &amp;insertion</translation>
    </message>
    <message>
        <source>undoes</source>
        <translation>annuler</translation>
    </message>
    <message>
        <source>Undone in {program}</source>
        <translation>Annulé dans {program}</translation>
    </message>
    <message>
        <source>Unlock it with its password, then try again.</source>
        <translation>Déverrouillez-le avec son mot de passe, puis réessayez.</translation>
    </message>
    <message>
        <source>Unlock the login keychain in Keychain Access.</source>
        <translation>Déverrouillez le trousseau « session » dans Trousseaux d'accès.</translation>
    </message>
    <message>
        <source>Unmute it in the sound settings or with its mute key.</source>
        <translation>Réactivez-le dans les paramètres du son ou avec sa touche de sourdine.</translation>
    </message>
    <message>
        <source>Unplug the microphone and plug it in again, or restart.</source>
        <translation>Débranchez et rebranchez le microphone, ou redémarrez.</translation>
    </message>
    <message>
        <source>Until the text is there</source>
        <translation>Jusqu'à ce que le texte soit là</translation>
    </message>
    <message>
        <source>Until you delete them</source>
        <translation>Jusqu'à ce que vous les supprimiez</translation>
    </message>
    <message>
        <source>Up to 10 s</source>
        <translation>Jusqu'à 10 s</translation>
    </message>
    <message>
        <source>Update Saywrite, or start with --data and another folder.</source>
        <translation>Mettez Saywrite à jour, ou lancez-le avec --data et un autre dossier.</translation>
    </message>
    <message>
        <source>Use --data.</source>
        <translation>Utilisez --data.</translation>
    </message>
    <message>
        <source>Use an HTTP proxy.</source>
        <translation>Utilisez un proxy HTTP.</translation>
    </message>
    <message>
        <source>Use Ctrl, Alt, Shift or Super.</source>
        <translation>Utilisez Ctrl, Alt, Shift ou Super.</translation>
    </message>
    <message>
        <source>Use headphones: a microphone near a loudspeaker hears the sound.</source>
        <translation>Utilisez un casque : un microphone près d'un haut-parleur capte le son.</translation>
    </message>
    <message>
        <source>Use of the key</source>
        <translation>Utilisation de la touche</translation>
    </message>
    <message>
        <source>Use Settings &gt; Apps &gt; Startup instead.</source>
        <translation>Utilisez plutôt Paramètres &gt; Applications &gt; Démarrage.</translation>
    </message>
    <message>
        <source>Use t&amp;his text</source>
        <translation>&amp;Utiliser ce texte</translation>
    </message>
    <message>
        <source>Use the same version of Saywrite for both.</source>
        <translation>Utilisez la même version de Saywrite des deux côtés.</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Utiliser ce modèle</translation>
    </message>
    <message>
        <source>Use {label}</source>
        <translation>Utiliser {label}</translation>
    </message>
    <message>
        <source>Utterance {index} of {total}, {start} to {end}. Enter plays it.</source>
        <translation>Énoncé {index} sur {total}, de {start} à {end}. Entrée le lit.</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Vérifier</translation>
    </message>
    <message>
        <source>Very quiet.</source>
        <translation>Très faible.</translation>
    </message>
    <message>
        <source>video encoders that PyAV's wheels carry as separate libraries; Saywrite does not use them</source>
        <translation>encodeurs vidéo que les paquets wheel de PyAV contiennent comme bibliothèques séparées ; Saywrite ne les utilise pas</translation>
    </message>
    <message>
        <source>voice start stop listening accessibility</source>
        <translation>mains libres commande vocale voix démarrer arrêter écouter accessibilité</translation>
    </message>
    <message>
        <source>Volume of the sounds</source>
        <translation>Volume des sons</translation>
    </message>
    <message>
        <source>Wait at the end for</source>
        <translation>À la fin, attendre au plus</translation>
    </message>
    <message>
        <source>Wait: aiOla's text replaces what this computer hears meanwhile</source>
        <translation>Attendre : le texte d'aiOla remplace ce que cet ordinateur entend entre-temps</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En attente</translation>
    </message>
    <message>
        <source>waiting for a phrase</source>
        <translation>en attente d'une phrase</translation>
    </message>
    <message>
        <source>Waiting, continues at {confirmed}</source>
        <translation>En attente, reprend à {confirmed}</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>avertissement</translation>
    </message>
    <message>
        <source>WAV audio (*.wav)</source>
        <translation>Audio WAV (*.wav)</translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation>Forme d'onde</translation>
    </message>
    <message>
        <source>Waveform of the recording</source>
        <translation>Forme d'onde de l'enregistrement</translation>
    </message>
    <message>
        <source>WebVTT subtitles</source>
        <translation>Sous-titres WebVTT</translation>
    </message>
    <message>
        <source>Welcome to Saywrite</source>
        <translation>Bienvenue dans Saywrite</translation>
    </message>
    <message>
        <source>What answers as {host} has a certificate for another name.</source>
        <translation>Ce qui répond en tant que {host} a un certificat pour un autre nom.</translation>
    </message>
    <message>
        <source>What has arrived is kept: {size}.</source>
        <translation>Ce qui est déjà arrivé est conservé : {size}.</translation>
    </message>
    <message>
        <source>What is in it now will be gone.</source>
        <translation>Son contenu actuel sera perdu.</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>Nouveautés</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>Le contenu du presse-papiers arrive trop lentement de son programme et n'a pas pu être sauvegardé ; il a donc été laissé tel quel et le texte a été tapé dans {program}.</translation>
    </message>
    <message>
        <source>What is on the clipboard comes too slowly from its program; it could not be saved, so the text was not inserted.</source>
        <translation>Le contenu du presse-papiers arrive trop lentement de son programme et n'a pas pu être sauvegardé ; le texte n'a donc pas été inséré.</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation>Le contenu du presse-papiers dépasse 64 Mo et n'a pas pu être sauvegardé ; il a donc été laissé tel quel et le texte a été tapé dans {program}.</translation>
    </message>
    <message>
        <source>What is on the clipboard is larger than 64 MB; it could not be saved, so the text was not inserted.</source>
        <translation>Le contenu du presse-papiers dépasse 64 Mo et n'a pas pu être sauvegardé ; le texte n'a donc pas été inséré.</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>Action</translation>
    </message>
    <message>
        <source>What it hears before a key is kept in memory for a moment, then forgotten.</source>
        <translation>Ce qu'il entend avant l'appui sur une touche est gardé un instant en mémoire, puis oublié.</translation>
    </message>
    <message>
        <source>What Saywrite hears</source>
        <translation>Ce que Saywrite entend</translation>
    </message>
    <message>
        <source>What was inserted is unchanged.</source>
        <translation>Ce qui a été inséré est inchangé.</translation>
    </message>
    <message>
        <source>What you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation>Ce que vous corrigez dans un texte est mémorisé sur cet ordinateur, tant que sa dictée est dans l'historique.</translation>
    </message>
    <message>
        <source>What you dictated stays in the history.</source>
        <translation>Ce que vous avez dicté reste dans l'historique.</translation>
    </message>
    <message>
        <source>What you said is kept. Press the key to go on.</source>
        <translation>Ce que vous avez dit est conservé. Appuyez sur la touche pour continuer.</translation>
    </message>
    <message>
        <source>What you said is kept. Say the phrase again to go on.</source>
        <translation>Ce que vous avez dit est conservé. Redites la phrase pour continuer.</translation>
    </message>
    <message>
        <source>What you said is kept. Saywrite waits for the phrase again when the screen is unlocked.</source>
        <translation>Ce que vous avez dit est conservé. Saywrite attendra de nouveau la phrase quand l'écran sera déverrouillé.</translation>
    </message>
    <message>
        <source>What you say shortly before the key press is written, too. The microphone then stays open between dictations; older sound is forgotten at once.</source>
        <translation>Ce que vous dites juste avant d'appuyer sur la touche est écrit aussi. Le microphone reste alors ouvert entre les dictées ; le son plus ancien est aussitôt oublié.</translation>
    </message>
    <message>
        <source>What's new</source>
        <translation>Nouveautés</translation>
    </message>
    <message>
        <source>When aiOla cannot be reached</source>
        <translation>Quand aiOla n'est pas joignable</translation>
    </message>
    <message>
        <source>When each paragraph begins. Ctrl+Enter in the text plays the sentence at the cursor.</source>
        <translation>Le moment où commence chaque paragraphe. Ctrl+Entrée dans le texte lit la phrase où se trouve le curseur.</translation>
    </message>
    <message>
        <source>When each paragraph begins. Enter in the text plays from the word at the cursor.</source>
        <translation>Le moment où commence chaque paragraphe. Entrée dans le texte lit à partir du mot sous le curseur.</translation>
    </message>
    <message>
        <source>When I &amp;hear</source>
        <translation>Quand j'&amp;entends</translation>
    </message>
    <message>
        <source>When I say</source>
        <translation>Quand je dis</translation>
    </message>
    <message>
        <source>When the recognizer sets no punctuation</source>
        <translation>Quand le moteur de reconnaissance ne met pas de ponctuation</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Où</translation>
    </message>
    <message>
        <source>Where &amp;my speech went…</source>
        <translation>Où mes &amp;paroles sont allées…</translation>
    </message>
    <message>
        <source>Where my speech went – Saywrite</source>
        <translation>Où mes paroles sont allées – Saywrite</translation>
    </message>
    <message>
        <source>Where my speech went, by month</source>
        <translation>Où mes paroles sont allées, par mois</translation>
    </message>
    <message>
        <source>Which texts are shown</source>
        <translation>Les textes affichés</translation>
    </message>
    <message>
        <source>While you dictate, use headphones: a microphone near a loudspeaker hears what is read.</source>
        <translation>Pendant la dictée, utilisez un casque : un microphone près d'un haut-parleur capte ce qui est lu.</translation>
    </message>
    <message>
        <source>whisper engine</source>
        <translation>whisper moteur reconnaissance vocale</translation>
    </message>
    <message>
        <source>Who writes</source>
        <translation>Qui écrit</translation>
    </message>
    <message>
        <source>Who writes what you say?</source>
        <translation>Qui écrit ce que vous dites ?</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenêtre</translation>
    </message>
    <message>
        <source>Windows does not report {chord} to other programs.</source>
        <translation>Windows ne signale pas {chord} aux autres programmes.</translation>
    </message>
    <message>
        <source>Windows refused it ({reason}).</source>
        <translation>Windows l'a refusé ({reason}).</translation>
    </message>
    <message>
        <source>Windows reports no key to Saywrite any more.</source>
        <translation>Windows ne signale plus aucune touche à Saywrite.</translation>
    </message>
    <message>
        <source>With a higher value, only clear speech is written.</source>
        <translation>Avec une valeur plus élevée, seule une parole claire est écrite.</translation>
    </message>
    <message>
        <source>With less motion, the overlay's level moves rarely.</source>
        <translation>Avec moins d'animations, le niveau de la superposition bouge rarement.</translation>
    </message>
    <message>
        <source>Without text yet</source>
        <translation>Encore sans texte</translation>
    </message>
    <message>
        <source>Without {name} all texts would have the same name.</source>
        <translation>Sans {name}, tous les textes auraient le même nom.</translation>
    </message>
    <message>
        <source>Words as they come</source>
        <translation>Les mots à mesure qu'ils arrivent</translation>
    </message>
    <message>
        <source>Words it should know</source>
        <translation>Les mots à connaître</translation>
    </message>
    <message>
        <source>words vocabulary dictionary lab learn correct</source>
        <translation>mots vocabulaire dictionnaire laboratoire apprendre corriger correction</translation>
    </message>
    <message>
        <source>Workflow</source>
        <translation>Workflow</translation>
    </message>
    <message>
        <source>Works without a network. What you say does not leave this computer.</source>
        <translation>Fonctionne sans réseau. Ce que vous dites ne quitte pas cet ordinateur.</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>Écrire</translation>
    </message>
    <message>
        <source>Write a space instead</source>
        <translation>Écrire une espace à la place</translation>
    </message>
    <message>
        <source>Write each modifier once.</source>
        <translation>Écrivez chaque modificateur une seule fois.</translation>
    </message>
    <message>
        <source>Write it like Ctrl+Alt+Space, F9 or Right Ctrl.</source>
        <translation>Écrivez-la comme Ctrl+Alt+Space, F9 ou Right Ctrl.</translation>
    </message>
    <message>
        <source>Write the whole path of the folder, or an address that begins with https://.</source>
        <translation>Écrivez le chemin complet du dossier, ou une adresse qui commence par https://.</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>Écriture…</translation>
    </message>
    <message>
        <source>written</source>
        <translation>forme écrite</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Hier</translation>
    </message>
    <message>
        <source>You can already speak: your words are recorded, and written as soon as the model is here.</source>
        <translation>Vous pouvez déjà parler : vos paroles sont enregistrées, et écrites dès que le modèle est là.</translation>
    </message>
    <message>
        <source>You can change this at any time.</source>
        <translation>Vous pouvez changer cela à tout moment.</translation>
    </message>
    <message>
        <source>You can listen again to a recording that is kept. It stays on this computer.</source>
        <translation>Vous pouvez réécouter un enregistrement conservé. Il reste sur cet ordinateur.</translation>
    </message>
    <message>
        <source>You changed keywords and did not apply the changes.</source>
        <translation>Vous avez modifié des mots-clés sans appliquer les modifications.</translation>
    </message>
    <message>
        <source>You changed the text and did not save it.</source>
        <translation>Vous avez modifié le texte sans l'enregistrer.</translation>
    </message>
    <message>
        <source>You corrected these words in your texts.</source>
        <translation>Vous avez corrigé ces mots dans vos textes.</translation>
    </message>
    <message numerus="yes">
        <source>You stopped before {n} recordings: their texts were used.</source>
        <extracomment>Singular: You stopped before {n} recording: its text was used.</extracomment>
        <translation>
            <numerusform>Vous avez arrêté avant le traitement de {n} enregistrement : son texte a été utilisé.</numerusform>
            <numerusform>Vous avez arrêté avant le traitement de {n} enregistrements : leurs textes ont été utilisés.</numerusform>
        </translation>
    </message>
    <message>
        <source>You went to another window before the text was there.</source>
        <translation>Vous êtes passé à une autre fenêtre avant que le texte soit là.</translation>
    </message>
    <message>
        <source>Your words appear here as you say them. Press Stop when you are done.</source>
        <translation>Vos paroles apparaissent ici au fur et à mesure. Appuyez sur Arrêter quand vous avez fini.</translation>
    </message>
    <message>
        <source>Your words are recorded. They are written as soon as the model is here.</source>
        <translation>Vos paroles sont enregistrées. Elles sont écrites dès que le modèle est là.</translation>
    </message>
    <message>
        <source>Your words are written as soon as the model is here.</source>
        <translation>Vos paroles sont écrites dès que le modèle est là.</translation>
    </message>
    <message>
        <source>{added:,} added</source>
        <translation>ajouts : {added:,}</translation>
    </message>
    <message>
        <source>{cells} columns instead of 2; put quotation marks around text with a comma.</source>
        <translation>{cells} colonnes au lieu de 2 ; mettez entre guillemets un texte contenant une virgule.</translation>
    </message>
    <message>
        <source>{changed:,} changed</source>
        <translation>modifications : {changed:,}</translation>
    </message>
    <message>
        <source>{chord} is already your other key.</source>
        <translation>{chord} est déjà votre autre touche.</translation>
    </message>
    <message>
        <source>{chord} is needed for writing: add Ctrl, Alt or Super.</source>
        <translation>{chord} sert à écrire : ajoutez Ctrl, Alt ou Super.</translation>
    </message>
    <message>
        <source>{chord} usually {purpose}.</source>
        <translation>Fonction habituelle de {chord} : {purpose}.</translation>
    </message>
    <message>
        <source>{column}, keyword {row}</source>
        <translation>{column}, mot-clé {row}</translation>
    </message>
    <message>
        <source>{confirmed} of {length}</source>
        <translation>{confirmed} sur {length}</translation>
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
        <translation>{device} (non connecté)</translation>
    </message>
    <message>
        <source>{device} is open all the time, as you chose.</source>
        <translation>{device} est ouvert en permanence, comme vous l'avez choisi.</translation>
    </message>
    <message>
        <source>{dictations} exported to {name}</source>
        <translation>Exporté vers {name} : {dictations}</translation>
    </message>
    <message>
        <source>{dictations}, {length} in all</source>
        <translation>{dictations}, {length} en tout</translation>
    </message>
    <message numerus="yes">
        <source>{done} of {n:,} files done</source>
        <extracomment>Singular: {done} of {n:,} file done</extracomment>
        <translation>
            <numerusform>{done} sur {n:,} fichier terminé</numerusform>
            <numerusform>{done} sur {n:,} fichiers terminés</numerusform>
        </translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} sur {total}</translation>
    </message>
    <message>
        <source>{download_bytes} to download · {disk_bytes} on disk · {memory_bytes} of memory · {license} license</source>
        <translation>{download_bytes} à télécharger · {disk_bytes} sur le disque · {memory_bytes} de mémoire · licence {license}</translation>
    </message>
    <message>
        <source>{file} cannot be read: {error}</source>
        <translation>{file} ne peut pas être lu : {error}</translation>
    </message>
    <message>
        <source>{file} was written by a newer version of Saywrite; what this one knows is used.</source>
        <translation>{file} a été écrit par une version plus récente de Saywrite ; seul ce que celle-ci connaît est utilisé.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Its default is used: {shown}.</source>
        <translation>{file} : {name} {problem}. La valeur par défaut est utilisée : {shown}.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Nothing leaves this computer until it is corrected.</source>
        <translation>{file} : {name} {problem}. Rien ne quitte cet ordinateur jusqu'à ce que ce soit corrigé.</translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Recordings are kept until it is corrected.</source>
        <translation>{file} : {name} {problem}. Les enregistrements sont conservés jusqu'à ce que ce soit corrigé.</translation>
    </message>
    <message>
        <source>{folder} belongs to another user; commands from other programs are not taken.</source>
        <translation>{folder} appartient à un autre utilisateur ; les commandes d'autres programmes ne sont pas acceptées.</translation>
    </message>
    <message>
        <source>{folder} is a link; commands from other programs are not taken.</source>
        <translation>{folder} est un lien ; les commandes d'autres programmes ne sont pas acceptées.</translation>
    </message>
    <message>
        <source>{folder} is no folder; commands from other programs are not taken.</source>
        <translation>{folder} n'est pas un dossier ; les commandes d'autres programmes ne sont pas acceptées.</translation>
    </message>
    <message>
        <source>{folder} is open to other users ({mode:03o}); commands from other programs are not taken.</source>
        <translation>{folder} est ouvert à d'autres utilisateurs ({mode:03o}) ; les commandes d'autres programmes ne sont pas acceptées.</translation>
    </message>
    <message>
        <source>{format} ({suffix})</source>
        <translation>{format} ({suffix})</translation>
    </message>
    <message>
        <source>{found:,} found</source>
        <translation>Résultats : {found:,}</translation>
    </message>
    <message>
        <source>{freed} of disk space become free. It can be downloaded again at any time.</source>
        <translation>{freed} d'espace disque seront libérés. Le modèle peut être téléchargé à nouveau à tout moment.</translation>
    </message>
    <message>
        <source>{go_on} See the settings.</source>
        <translation>{go_on} Voir les paramètres.</translation>
    </message>
    <message>
        <source>{host} cannot prove who it is: this computer does not trust its certificate.</source>
        <translation>{host} ne peut pas prouver son identité : cet ordinateur ne fait pas confiance à son certificat.</translation>
    </message>
    <message>
        <source>{host} closed the connection ({code}).</source>
        <translation>{host} a fermé la connexion ({code}).</translation>
    </message>
    <message>
        <source>{host} closed the connection.</source>
        <translation>{host} a fermé la connexion.</translation>
    </message>
    <message>
        <source>{host} closed the session.</source>
        <translation>{host} a fermé la session.</translation>
    </message>
    <message>
        <source>{host} does not accept the API key.</source>
        <translation>{host} n'accepte pas la clé API.</translation>
    </message>
    <message>
        <source>{host} does not accept the request ({detail}).</source>
        <translation>{host} n'accepte pas la requête ({detail}).</translation>
    </message>
    <message>
        <source>{host} does not answer.</source>
        <translation>{host} ne répond pas.</translation>
    </message>
    <message>
        <source>{host} does not know this workflow.</source>
        <translation>{host} ne connaît pas ce workflow.</translation>
    </message>
    <message>
        <source>{host} does not take this sound: its format or its length.</source>
        <translation>{host} n'accepte pas ce son, à cause de son format ou de sa durée.</translation>
    </message>
    <message>
        <source>{host} ended the connection.</source>
        <translation>{host} a mis fin à la connexion.</translation>
    </message>
    <message>
        <source>{host} gave an answer that makes no sense (while {doing}).</source>
        <translation>{host} a donné une réponse incompréhensible (pendant : {doing}).</translation>
    </message>
    <message>
        <source>{host} gives out an access token that has expired.</source>
        <translation>{host} délivre un jeton d'accès qui a expiré.</translation>
    </message>
    <message>
        <source>{host} gives this computer no access token.</source>
        <translation>{host} ne donne pas de jeton d'accès à cet ordinateur.</translation>
    </message>
    <message>
        <source>{host} has a problem of its own ({detail}, while {doing}).</source>
        <translation>{host} a lui-même un problème ({detail}, pendant : {doing}).</translation>
    </message>
    <message>
        <source>{host} has had too many requests from this account.</source>
        <translation>{host} a reçu trop de requêtes de ce compte.</translation>
    </message>
    <message>
        <source>{host} has no aiOla service at this address.</source>
        <translation>{host} n'a pas de service aiOla à cette adresse.</translation>
    </message>
    <message>
        <source>{host} is not found.</source>
        <translation>{host} est introuvable.</translation>
    </message>
    <message>
        <source>{host} no longer accepts the access token.</source>
        <translation>{host} n'accepte plus le jeton d'accès.</translation>
    </message>
    <message>
        <source>{host} reports an error ({detail}, while {doing}).</source>
        <translation>{host} signale une erreur ({detail}, pendant : {doing}).</translation>
    </message>
    <message>
        <source>{host} sends a text that is far too long.</source>
        <translation>{host} envoie un texte beaucoup trop long.</translation>
    </message>
    <message>
        <source>{host} sends far more than belongs to this sound.</source>
        <translation>{host} envoie bien plus que ce qui correspond à ce son.</translation>
    </message>
    <message>
        <source>{host} takes no connection.</source>
        <translation>{host} n'accepte pas de connexion.</translation>
    </message>
    <message>
        <source>{host} was not contacted, because nothing may leave this computer.</source>
        <translation>{host} n'a pas été contacté, car rien ne doit quitter cet ordinateur.</translation>
    </message>
    <message>
        <source>{host}, or a gateway on the way to it, accepts no WebSocket ({detail}).</source>
        <translation>{host}, ou une passerelle sur le trajet, n'accepte pas de WebSocket ({detail}).</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours} h</translation>
    </message>
    <message>
        <source>{hours} h left</source>
        <translation>encore {hours} h</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} h {minutes} min</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min left</source>
        <translation>encore {hours} h {minutes} min</translation>
    </message>
    <message>
        <source>{keywords} exported to {name}.</source>
        <translation>Exporté vers {name} : {keywords}.</translation>
    </message>
    <message>
        <source>{key} can only be used alone, not with other keys.</source>
        <translation>La touche {key} ne peut être utilisée que seule, pas avec d'autres touches.</translation>
    </message>
    <message>
        <source>{key} no longer works in combinations with other keys.</source>
        <translation>{key} ne fonctionne plus en combinaison avec d'autres touches.</translation>
    </message>
    <message>
        <source>{key} This is how it works in every program.</source>
        <translation>{key} Cela se passe ainsi dans tous les programmes.</translation>
    </message>
    <message>
        <source>{label} (default)</source>
        <translation>{label} (par défaut)</translation>
    </message>
    <message>
        <source>{label} ({size}) was not downloaded: the connection is metered.</source>
        <translation>{label} ({size}) n'a pas été téléchargé : la connexion est limitée.</translation>
    </message>
    <message>
        <source>{label} account…</source>
        <translation>Compte {label}…</translation>
    </message>
    <message>
        <source>{label} cannot be converted: {error}.</source>
        <translation>{label} ne peut pas être converti : {error}.</translation>
    </message>
    <message>
        <source>{label} cannot be downloaded: its files are not verified.</source>
        <translation>{label} ne peut pas être téléchargé : ses fichiers ne sont pas vérifiés.</translation>
    </message>
    <message>
        <source>{label} cannot be read: {reason}.</source>
        <translation>{label} ne peut pas être lu : {reason}.</translation>
    </message>
    <message>
        <source>{label} cannot be removed: {reason}.</source>
        <translation>{label} ne peut pas être supprimé : {reason}.</translation>
    </message>
    <message>
        <source>{label} could not be downloaded ({reasons}).</source>
        <translation>{label} n'a pas pu être téléchargé ({reasons}).</translation>
    </message>
    <message>
        <source>{label} delivered no sound.</source>
        <translation>{label} n'a fourni aucun son.</translation>
    </message>
    <message>
        <source>{label} delivers no sound.</source>
        <translation>{label} ne fournit aucun son.</translation>
    </message>
    <message>
        <source>{label} delivers nothing but silence.</source>
        <translation>{label} ne fournit que du silence.</translation>
    </message>
    <message>
        <source>{label} does not know {name}.</source>
        <translation>{label} ne connaît pas cette langue : {name}.</translation>
    </message>
    <message>
        <source>{label} is back.</source>
        <translation>{label} est de retour.</translation>
    </message>
    <message>
        <source>{label} is being downloaded by another Saywrite.</source>
        <translation>{label} est en cours de téléchargement par un autre Saywrite.</translation>
    </message>
    <message>
        <source>{label} is being downloaded: {arrived}</source>
        <translation>Téléchargement de {label} : {arrived}</translation>
    </message>
    <message>
        <source>{label} is being prepared for this computer.</source>
        <translation>{label} est en préparation pour cet ordinateur.</translation>
    </message>
    <message>
        <source>{label} is damaged: its files are incomplete or were changed.</source>
        <translation>{label} est endommagé : ses fichiers sont incomplets ou ont été modifiés.</translation>
    </message>
    <message>
        <source>{label} is damaged: {files}. It is no longer used.</source>
        <translation>{label} est endommagé : {files}. Il n'est plus utilisé.</translation>
    </message>
    <message>
        <source>{label} is muted.</source>
        <translation>{label} est en sourdine.</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other} until it is.</source>
        <translation>{label} n'est pas connecté. En attendant, {other} est utilisé.</translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other}.</source>
        <translation>{label} n'est pas connecté. {other} est utilisé.</translation>
    </message>
    <message>
        <source>{label} is not on this computer yet.</source>
        <translation>{label} n'est pas encore sur cet ordinateur.</translation>
    </message>
    <message>
        <source>{label} is not on this computer.</source>
        <translation>{label} n'est pas sur cet ordinateur.</translation>
    </message>
    <message>
        <source>{label} is part of the installation and stays.</source>
        <translation>{label} fait partie de l'installation et reste.</translation>
    </message>
    <message>
        <source>{label} is very quiet.</source>
        <translation>Le son de {label} est très faible.</translation>
    </message>
    <message>
        <source>{label} was damaged while it was converted.</source>
        <translation>{label} a été endommagé pendant sa conversion.</translation>
    </message>
    <message>
        <source>{label} was not available.</source>
        <translation>{label} n'était pas disponible.</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other} until it is back.</source>
        <translation>{label} a été débranché. {other} est utilisé jusqu'à son retour.</translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other}.</source>
        <translation>{label} a été débranché. {other} est utilisé.</translation>
    </message>
    <message>
        <source>{label} went away.</source>
        <translation>{label} a disparu.</translation>
    </message>
    <message>
        <source>{label}: choose a folder</source>
        <translation>{label} : choisir un dossier</translation>
    </message>
    <message>
        <source>{length} at {at}: {cause}</source>
        <translation>{length} à {at} : {cause}</translation>
    </message>
    <message>
        <source>{length} of sound is missing {where}: {cause}</source>
        <translation>Il manque {length} de son {where} : {cause}</translation>
    </message>
    <message>
        <source>{length} of sound missing</source>
        <translation>Il manque {length} de son</translation>
    </message>
    <message>
        <source>{length} of sound missing: {cause}</source>
        <translation>Il manque {length} de son : {cause}</translation>
    </message>
    <message>
        <source>{length} of speech stayed on this computer</source>
        <translation>{length} de parole sur cet ordinateur seulement</translation>
    </message>
    <message numerus="yes">
        <source>{length} recorded, {n:,} utterances.</source>
        <extracomment>Singular: {length} recorded, {n:,} utterance.</extracomment>
        <translation>
            <numerusform>Durée enregistrée : {length}, {n:,} énoncé.</numerusform>
            <numerusform>Durée enregistrée : {length}, {n:,} énoncés.</numerusform>
        </translation>
    </message>
    <message>
        <source>{length} went to {host} ({bytes})</source>
        <translation>{length} vers {host} ({bytes})</translation>
    </message>
    <message>
        <source>{megabytes:,.0f} MB</source>
        <translation>{megabytes:,.0f} Mo</translation>
    </message>
    <message>
        <source>{method} knows only the options engine, language and activation-token, as text.</source>
        <translation>{method} ne connaît que les options engine, language et activation-token, sous forme de texte.</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} min</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>encore {minutes} min</translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation>{minutes} min {seconds} s</translation>
    </message>
    <message>
        <source>{missing}, at {at}.</source>
        <translation>{missing}, à {at}.</translation>
    </message>
    <message>
        <source>{model} on this computer</source>
        <translation>{model} sur cet ordinateur</translation>
    </message>
    <message>
        <source>{model} on your last dictation</source>
        <translation>{model} sur votre dernière dictée</translation>
    </message>
    <message>
        <source>{model} · on this computer</source>
        <translation>{model} · sur cet ordinateur</translation>
    </message>
    <message>
        <source>{month:%B} {year}</source>
        <translation>{month:%B} {year}</translation>
    </message>
    <message numerus="yes">
        <source>{n:,} bytes</source>
        <extracomment>Singular: {n:,} byte</extracomment>
        <translation>
            <numerusform>{n:,} octet</numerusform>
            <numerusform>{n:,} octets</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations</source>
        <extracomment>Singular: {n:,} dictation</extracomment>
        <translation>
            <numerusform>{n:,} dictée</numerusform>
            <numerusform>{n:,} dictées</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations deleted.</source>
        <extracomment>Singular: {n:,} dictation deleted.</extracomment>
        <translation>
            <numerusform>{n:,} dictée supprimée.</numerusform>
            <numerusform>{n:,} dictées supprimées.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords</source>
        <extracomment>Singular: {n:,} keyword</extracomment>
        <translation>
            <numerusform>{n:,} mot-clé</numerusform>
            <numerusform>{n:,} mots-clés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords removed.</source>
        <extracomment>Singular: {n:,} keyword removed.</extracomment>
        <translation>
            <numerusform>{n:,} mot-clé retiré.</numerusform>
            <numerusform>{n:,} mots-clés retirés.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} lines left out:</source>
        <extracomment>Singular: {n:,} line left out:</extracomment>
        <translation>
            <numerusform>{n:,} ligne omise :</numerusform>
            <numerusform>{n:,} lignes omises :</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more messages</source>
        <extracomment>Singular: {n:,} more message</extracomment>
        <translation>
            <numerusform>{n:,} autre message</numerusform>
            <numerusform>{n:,} autres messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more places</source>
        <extracomment>Singular: {n:,} more place</extracomment>
        <translation>
            <numerusform>{n:,} autre endroit</numerusform>
            <numerusform>{n:,} autres endroits</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} segments</source>
        <extracomment>Singular: {n:,} segment</extracomment>
        <translation>
            <numerusform>{n:,} segment</numerusform>
            <numerusform>{n:,} segments</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} unfinished dictations</source>
        <extracomment>Singular: {n:,} unfinished dictation</extracomment>
        <translation>
            <numerusform>{n:,} dictée inachevée</numerusform>
            <numerusform>{n:,} dictées inachevées</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances</source>
        <extracomment>Singular: {n:,} utterance</extracomment>
        <translation>
            <numerusform>{n:,} énoncé</numerusform>
            <numerusform>{n:,} énoncés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances waiting for text.</source>
        <extracomment>Singular: {n:,} utterance waiting for text.</extracomment>
        <translation>
            <numerusform>{n:,} énoncé en attente de texte.</numerusform>
            <numerusform>{n:,} énoncés en attente de texte.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} words</source>
        <extracomment>Singular: {n:,} word</extracomment>
        <translation>
            <numerusform>{n:,} mot</numerusform>
            <numerusform>{n:,} mots</numerusform>
        </translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation>{names} et {last}</translation>
    </message>
    <message numerus="yes">
        <source>{names} and {n} more</source>
        <extracomment>Singular: {names} and {n} more</extracomment>
        <translation>
            <numerusform>{names} et {n} autre</numerusform>
            <numerusform>{names} et {n} autres</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation>{name} ne peut pas être lu : {reason}.</translation>
    </message>
    <message>
        <source>{name} for transcribing again</source>
        <translation>{name} pour la nouvelle transcription</translation>
    </message>
    <message>
        <source>{name} holds no keyring yet; it asks for a password when a key is saved.</source>
        <translation>{name} ne contient pas encore de trousseau de clés ; un mot de passe est demandé à l'enregistrement d'une clé.</translation>
    </message>
    <message>
        <source>{name} is locked; it asks for its password when the key is needed.</source>
        <translation>{name} est verrouillé ; son mot de passe est demandé quand la clé est nécessaire.</translation>
    </message>
    <message>
        <source>{name} – not in {label}</source>
        <translation>{name} – absent de {label}</translation>
    </message>
    <message>
        <source>{name}: recording from {device}</source>
        <translation>{name} : enregistrement avec {device}</translation>
    </message>
    <message>
        <source>{name}: {changes}.</source>
        <translation>{name} : {changes}.</translation>
    </message>
    <message>
        <source>{number:,} of {found:,}</source>
        <translation>{number:,} sur {found:,}</translation>
    </message>
    <message>
        <source>{number} {unit}</source>
        <translation>{number} {unit}</translation>
    </message>
    <message numerus="yes">
        <source>{n} corrections deleted; their texts stay.</source>
        <extracomment>Singular: {n} correction deleted; its text stays.</extracomment>
        <translation>
            <numerusform>{n} correction supprimée ; son texte reste.</numerusform>
            <numerusform>{n} corrections supprimées ; leurs textes restent.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} days</source>
        <extracomment>Singular: {n} day</extracomment>
        <translation>
            <numerusform>{n} jour</numerusform>
            <numerusform>{n} jours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} dictations have no recording: their texts were used.</source>
        <extracomment>Singular: {n} dictation has no recording: its text was used.</extracomment>
        <translation>
            <numerusform>{n} dictée n'a pas d'enregistrement : son texte a été utilisé.</numerusform>
            <numerusform>{n} dictées n'ont pas d'enregistrement : leurs textes ont été utilisés.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} hits.</source>
        <extracomment>Singular: {n} hit.</extracomment>
        <translation>
            <numerusform>{n} occurrence.</numerusform>
            <numerusform>{n} occurrences.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} keywords to check.</source>
        <extracomment>Singular: {n} keyword to check.</extracomment>
        <translation>
            <numerusform>{n} mot-clé à vérifier.</numerusform>
            <numerusform>{n} mots-clés à vérifier.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} minutes</source>
        <extracomment>Singular: {n} minute</extracomment>
        <translation>
            <numerusform>{n} minute</numerusform>
            <numerusform>{n} minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} of {all} dictations change.</source>
        <extracomment>Singular: {n} of {all} dictations changes.</extracomment>
        <translation>
            <numerusform>{n} dictée sur {all} change.</numerusform>
            <numerusform>{n} dictées sur {all} changent.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} recordings were recognized again.</source>
        <extracomment>Singular: {n} recording was recognized again.</extracomment>
        <translation>
            <numerusform>{n} enregistrement a été reconnu à nouveau.</numerusform>
            <numerusform>{n} enregistrements ont été reconnus à nouveau.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} seconds</source>
        <extracomment>Singular: {n} second</extracomment>
        <translation>
            <numerusform>{n} seconde</numerusform>
            <numerusform>{n} secondes</numerusform>
        </translation>
    </message>
    <message>
        <source>{path} cannot be changed by Saywrite.</source>
        <translation>{path} ne peut pas être modifié par Saywrite.</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}). The defaults are used.</source>
        <translation>{path} ne peut pas être lu ({reason}). Les valeurs par défaut sont utilisées.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>{path} ne peut pas être lu : {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}. There are no keywords.</source>
        <translation>{path} ne peut pas être lu : {reason}. Il n'y a pas de mots-clés.</translation>
    </message>
    <message>
        <source>{path} cannot be used ({reason}).</source>
        <translation>{path} ne peut pas être utilisé ({reason}).</translation>
    </message>
    <message>
        <source>{path} is not a history of Saywrite. It was left as it is.</source>
        <translation>{path} n'est pas un historique de Saywrite. Il a été laissé tel quel.</translation>
    </message>
    <message>
        <source>{path} is not a settings file ({error}).</source>
        <translation>{path} n'est pas un fichier de paramètres ({error}).</translation>
    </message>
    <message>
        <source>{path} is not a settings file.</source>
        <translation>{path} n'est pas un fichier de paramètres.</translation>
    </message>
    <message>
        <source>{path} is where Saywrite's socket should be; commands from other programs are not taken.</source>
        <translation>{path} se trouve là où devrait être le socket de Saywrite ; les commandes d'autres programmes ne sont pas acceptées.</translation>
    </message>
    <message>
        <source>{path} was not saved: {reason}.</source>
        <translation>{path} n'a pas été enregistré : {reason}.</translation>
    </message>
    <message>
        <source>{path}, line {line}: {what}</source>
        <translation>{path}, ligne {line} : {what}</translation>
    </message>
    <message>
        <source>{path}: {what} It was kept as {name} beside it, and there are no keywords. Repair that file, then import it in the keyword list.</source>
        <translation>{path} : {what} Le fichier a été conservé à côté sous le nom {name}, et il n'y a pas de mots-clés. Réparez ce fichier, puis importez-le dans la liste de mots-clés.</translation>
    </message>
    <message>
        <source>{path}: {what} It was left as it is, and there are no keywords. Repair or move it.</source>
        <translation>{path} : {what} Le fichier a été laissé tel quel, et il n'y a pas de mots-clés. Réparez-le ou déplacez-le.</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error})</source>
        <translation>impossible d'écrire dans {place} ({error})</translation>
    </message>
    <message>
        <source>{place} cannot be written ({error}).</source>
        <translation>Impossible d'écrire dans {place} ({error}).</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk</source>
        <translation>{place} est sur un disque en lecture seule</translation>
    </message>
    <message>
        <source>{place} is on a read-only disk.</source>
        <translation>{place} est sur un disque en lecture seule.</translation>
    </message>
    <message>
        <source>{position} of {length}</source>
        <translation>{position} sur {length}</translation>
    </message>
    <message>
        <source>{program} could not be brought to the front, so nothing was undone.</source>
        <translation>Impossible de mettre {program} au premier plan : rien n'a été annulé.</translation>
    </message>
    <message>
        <source>{program} did not read the text.</source>
        <translation>{program} n'a pas lu le texte.</translation>
    </message>
    <message>
        <source>{program} did not receive the text</source>
        <translation>{program} n'a pas reçu le texte</translation>
    </message>
    <message>
        <source>{program} does not report whether you have typed there since, so nothing was undone.</source>
        <translation>{program} n'indique pas si vous y avez saisi du texte depuis : rien n'a été annulé.</translation>
    </message>
    <message>
        <source>{program} received the text</source>
        <translation>{program} a reçu le texte</translation>
    </message>
    <message>
        <source>{program} was sent the text; no confirmation came</source>
        <translation>Le texte a été envoyé à {program} ; aucune confirmation n'est arrivée</translation>
    </message>
    <message>
        <source>{recognizer} for {segments}</source>
        <translation>{recognizer} pour {segments}</translation>
    </message>
    <message>
        <source>{recognizer}: {languages}.</source>
        <translation>{recognizer} : {languages}.</translation>
    </message>
    <message>
        <source>{rest} in {places}</source>
        <translation>{rest} à {places}</translation>
    </message>
    <message>
        <source>{seconds:.0f} s</source>
        <translation>{seconds:.0f} s</translation>
    </message>
    <message>
        <source>{seconds:.0f} s of the dictation have no text: {why}.</source>
        <translation>{seconds:.0f} s de la dictée n'ont pas de texte : {why}.</translation>
    </message>
    <message>
        <source>{seconds:.2f} s</source>
        <translation>{seconds:.2f} s</translation>
    </message>
    <message>
        <source>{seconds:g} seconds</source>
        <translation>{seconds:g} secondes</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation>encore {seconds} s</translation>
    </message>
    <message>
        <source>{sent} sent to {host}, {received} received</source>
        <translation>{sent} envoyés à {host}, {received} reçus</translation>
    </message>
    <message>
        <source>{setting} (not connected)</source>
        <translation>{setting} (non connecté)</translation>
    </message>
    <message>
        <source>{target} already exists.</source>
        <translation>{target} existe déjà.</translation>
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
        <translation>{time} · à {start}</translation>
    </message>
    <message>
        <source>{unknown} is not known. Use {{name}}, {{date}} or {{language}}.</source>
        <translation>{unknown} n'est pas connu. Utilisez {{name}}, {{date}} ou {{language}}.</translation>
    </message>
    <message>
        <source>{value} percent</source>
        <translation>{value} pour cent</translation>
    </message>
    <message>
        <source>{variable} is set in the environment and wins: {value}</source>
        <translation>{variable} est défini dans l'environnement et prévaut : {value}</translation>
    </message>
    <message>
        <source>{variable} is set in the environment: that key is used, whatever is saved here.</source>
        <translation>{variable} est défini dans l'environnement : cette clé est utilisée, quelle que soit celle enregistrée ici.</translation>
    </message>
    <message numerus="yes">
        <source>{words:,} of {n:,} words</source>
        <extracomment>Singular: {words:,} of {n:,} word</extracomment>
        <translation>
            <numerusform>{words:,} sur {n:,} mot</numerusform>
            <numerusform>{words:,} sur {n:,} mots</numerusform>
        </translation>
    </message>
    <message>
        <source>{words} in {segments}</source>
        <translation>{words} en {segments}</translation>
    </message>
    <message>
        <source>{words}, {failed} failed</source>
        <translation>{words}, {failed} en échec</translation>
    </message>
    <message>
        <source>{{name}} is the name of the sound file, {{date}} is today, {{language}} the language. The ending chooses the format: {suffixes}.</source>
        <translation>{{name}} est le nom du fichier audio, {{date}} la date du jour, {{language}} la langue. L'extension détermine le format : {suffixes}.</translation>
    </message>
    <message>
        <source>“Default” is the one chosen in the system's settings.</source>
        <translation>« Par défaut » est le microphone choisi dans les paramètres du système.</translation>
    </message>
    <message>
        <source>“Listen” plays the sounds for start, end and failure, one after the other.</source>
        <translation>« Écouter » émet l'un après l'autre les sons de début, de fin et d'échec.</translation>
    </message>
    <message>
        <source>“saywrite doctor” tells more.</source>
        <translation>« saywrite doctor » en dit plus.</translation>
    </message>
    <message>
        <source>“{file}” was not transcribed. {what}</source>
        <translation>« {file} » n'a pas été transcrit. {what}</translation>
    </message>
    <message>
        <source>“{name}” breaks off: its end, without which nothing of it can be decoded, is missing.</source>
        <translation>« {name} » s'interrompt : il manque sa fin, sans laquelle rien ne peut en être décodé.</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s could be read.</source>
        <translation>« {name} » s'interrompt : {seconds:.1f} s ont pu être lues.</translation>
    </message>
    <message>
        <source>“{name}” breaks off: {seconds:.1f} s of {whole:.1f} s could be read.</source>
        <translation>« {name} » s'interrompt : {seconds:.1f} s sur {whole:.1f} s ont pu être lues.</translation>
    </message>
    <message>
        <source>“{name}” cannot be decoded.</source>
        <translation>« {name} » ne peut pas être décodé.</translation>
    </message>
    <message>
        <source>“{name}” cannot be read: {reason}.</source>
        <translation>« {name} » ne peut pas être lu : {reason}.</translation>
    </message>
    <message>
        <source>“{name}” could not be read: {reason}.</source>
        <translation>« {name} » n'a pas pu être lu : {reason}.</translation>
    </message>
    <message>
        <source>“{name}” exists already.</source>
        <translation>« {name} » existe déjà.</translation>
    </message>
    <message>
        <source>“{name}” exists already. Replace it?</source>
        <translation>« {name} » existe déjà. Le remplacer ?</translation>
    </message>
    <message>
        <source>“{name}” has a header but holds no sound.</source>
        <translation>« {name} » a un en-tête mais ne contient pas de son.</translation>
    </message>
    <message>
        <source>“{name}” has sound of a kind that cannot be decoded here, or that is protected against copying.</source>
        <translation>« {name} » contient un son qui ne peut pas être décodé ici, ou qui est protégé contre la copie.</translation>
    </message>
    <message>
        <source>“{name}” holds no sound.</source>
        <translation>« {name} » ne contient pas de son.</translation>
    </message>
    <message>
        <source>“{name}” in “{text}” is not a modifier.</source>
        <translation>« {name} » dans « {text} » n'est pas une touche de modification.</translation>
    </message>
    <message>
        <source>“{name}” is a folder.</source>
        <translation>« {name} » est un dossier.</translation>
    </message>
    <message>
        <source>“{name}” is damaged: nothing of it can be decoded.</source>
        <translation>« {name} » est endommagé : rien ne peut en être décodé.</translation>
    </message>
    <message>
        <source>“{name}” is damaged: {seconds:.1f} s of it could not be decoded.</source>
        <translation>« {name} » est endommagé : {seconds:.1f} s n'ont pas pu être décodées.</translation>
    </message>
    <message>
        <source>“{name}” is empty (0 bytes).</source>
        <translation>« {name} » est vide (0 octet).</translation>
    </message>
    <message>
        <source>“{name}” is not a file.</source>
        <translation>« {name} » n'est pas un fichier.</translation>
    </message>
    <message>
        <source>“{name}” is not a sound file that can be decoded here.</source>
        <translation>« {name} » n'est pas un fichier audio qui puisse être décodé ici.</translation>
    </message>
    <message>
        <source>“{name}” is too large for a list of keywords.</source>
        <translation>« {name} » est trop volumineux pour une liste de mots-clés.</translation>
    </message>
    <message>
        <source>“{name}” is very quiet: no speech was found in it.</source>
        <translation>Le son de « {name} » est très faible : aucune parole n'y a été trouvée.</translation>
    </message>
    <message>
        <source>“{name}” may not be read.</source>
        <translation>La lecture de « {name} » n'est pas autorisée.</translation>
    </message>
    <message>
        <source>“{name}” was not exported.</source>
        <translation>« {name} » n'a pas été exporté.</translation>
    </message>
    <message>
        <source>“{name}” was not exported: {reason}.</source>
        <translation>« {name} » n'a pas été exporté : {reason}.</translation>
    </message>
    <message>
        <source>“{name}” was not written: {reason}.</source>
        <translation>« {name} » n'a pas été écrit : {reason}.</translation>
    </message>
    <message>
        <source>“{spoken}” is in none of these dictations.</source>
        <translation>« {spoken} » ne figure dans aucune de ces dictées.</translation>
    </message>
    <message>
        <source>“{spoken}” is in {some} of {all} dictations: check that it always means this.</source>
        <translation>« {spoken} » figure dans {some} dictées sur {all} : vérifiez que c'est toujours le sens voulu.</translation>
    </message>
    <message>
        <source>“{spoken}” is listed again further down: that one counts.</source>
        <translation>« {spoken} » figure de nouveau plus bas : c'est cette entrée-là qui compte.</translation>
    </message>
    <message>
        <source>“{spoken}” is not suggested again.</source>
        <translation>« {spoken} » ne sera plus suggéré.</translation>
    </message>
    <message>
        <source>“{spoken}” is ordinary speech: it would be replaced everywhere.</source>
        <translation>« {spoken} » appartient au langage courant : il serait remplacé partout.</translation>
    </message>
    <message>
        <source>“{spoken}” was added to the list; press Apply to use it.</source>
        <translation>« {spoken} » a été ajouté à la liste ; appuyez sur Appliquer pour l'utiliser.</translation>
    </message>
    <message numerus="yes">
        <source>“{spoken}” → “{written}” (corrected {n} times)</source>
        <extracomment>Singular: “{spoken}” → “{written}” (corrected once)</extracomment>
        <translation>
            <numerusform>« {spoken} » → « {written} » (corrigé une fois)</numerusform>
            <numerusform>« {spoken} » → « {written} » (corrigé {n} fois)</numerusform>
        </translation>
    </message>
    <message>
        <source>“{text}” names a modifier twice.</source>
        <translation>« {text} » contient deux fois le même modificateur.</translation>
    </message>
    <message>
        <source>… {start} waiting for text, {length}</source>
        <translation>… {start} en attente de texte, {length}</translation>
    </message>
    <message>
        <source>… {utterances} since {first} waiting for text, {spoken}</source>
        <translation>… {utterances} depuis {first} en attente de texte, {spoken}</translation>
    </message>
    <message>
        <source>● Saywrite</source>
        <translation>● Saywrite</translation>
    </message>
</context>
</TS>
