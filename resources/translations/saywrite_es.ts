<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es_ES" sourcelanguage="en_US">
<context>
    <name>Saywrite</name>
    <message>
        <source> ({open_device} is open all the time)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> ({times} times)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> It is in use: until a model is here again, your words are recorded and written later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> What has arrived is kept: {in_units}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About Saywrite</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Add files…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Add keyword</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;aiOla</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Always write as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Before and after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy this translation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;CSV table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Details…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Dictation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Find…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;First steps…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Forget suggestion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Hear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;History…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Insert again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;JSON</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keep it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keywords</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Look for microphones</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Markdown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit Saywrite</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Recognizer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Remove finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Replace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Replace it in the text now {where}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Replace…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save audio…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save the text beside each file, as</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Select all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;SubRip subtitles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Switch to {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;This computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Transcribe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Transcribe a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Transcribe again</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>&amp;Try on my last {n} dictations</source>
        <extracomment>Singular: &amp;Try on my last dictation</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Unlock…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Use this text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Waveform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;WebVTT subtitles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;What's new…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;write</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>(it is not in the text)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, clipped: too loud. Move away from the microphone or lower its level. Click to reset.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, files verified</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>, {n:,} files waiting</source>
        <extracomment>Singular: , {n:,} file waiting</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>1 min to 10 min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>10 s to 1 min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A dictation is running.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A dotted underline marks words that this computer heard differently. Alt+W swaps them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A folder or an https address with the model files. Leave it empty for the official source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A key is saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A key or token of {secret} characters cannot be saved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so nothing was undone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A longer sentence is written in parts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A modifier stands twice in “{text}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A name cannot contain \ / : * ? " &lt; &gt; or |.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new connection is tried.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new one is fetched; with a token of your own, see {settings}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new one is tried.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A recording was not recognized: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A screen reader reads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A sentence is sent after a pause of this length.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A shorter sound is ignored.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A small panel with your words above all windows. It is not available on Wayland.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A sound at the end of a dictation, and when something fails.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A stream opens at {host}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A text that follows another one begins with a space, until you press a key or click.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A value of the command is not a short text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A web page answered instead of {host}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A&amp;dd keyword</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About Saywrite</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Access token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accurate, in eight languages. What you say is sent to aiOla's service.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accurate: what you say is sent to aiOla's service. Needs a network and an API key.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a keyword (Insert)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add to ~/.config/hypr/hyprland.conf</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add to ~/.config/sway/config, then run: swaymsg reload</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add yourself to the group “audio” (sudo usermod -aG audio $USER) and log in again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>aiOla</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>aiOla &amp;settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>aiOla account</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>aiOla has no text for a part of the dictation: it is what the recognizer on this computer heard.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>aiOla needed longer than {seconds} s: the last sentences are what the recognizer on this computer heard.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>aiOla writes while it can be reached; this computer takes over while it cannot. Needs an API key.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>aiOla's text of an inserted dictation is there now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All parts and their licenses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Allow it in System Settings → Privacy &amp; Security → Microphone, then start Saywrite again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Allow Saywrite under System Settings &gt; Privacy &amp; Security &gt; Accessibility.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Always</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Always &amp;write as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Always write as</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another program has already taken {chord}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another program is using the audio output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another program is using the microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another program took the clipboard before the text was read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another program took the clipboard before {program} was seen to read the text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another window had the focus than when you began ({program}), so the text was not inserted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another window had the keyboard when you started.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another window has the focus now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any recognizer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>API key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>API key of your aiOla account</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As it should be written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As long as it takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for read permission, or copy the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask that user or an administrator to remove it, or set XDG_RUNTIME_DIR to a folder of your own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask whoever runs the proxy to allow this host, or choose another network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask whoever runs your aiOla account to allow it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask whoever runs your token address.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asking for a newer version…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Assign one in the desktop's keyboard settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>at {at}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Audio and video files (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>B&amp;oth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bar: half of all dictations were faster. Line: 95 of 100 were. The newest 1,000 dictations count.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Began</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin a new dictation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Being heard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Being prepared for this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bind the lines shown in the settings to a key in the desktop's own settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both texts are empty: there are no words in this recording.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both texts are the same.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Built-in (basic)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By &amp;month…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By this computer's clock the access token has expired.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate has expired.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By this computer's clock {host}'s certificate is not valid yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes received</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;hange…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;lear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ca&amp;ncel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Caps Lock goes on switching capitals on and off.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Capture goes on as soon as it does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Capture goes on as soon as it is back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Capture goes on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change it only if your company has its own service.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change it only if your company has its own sign-in service.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the keywords, then try them. Here you see what your dictations would say.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changed texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check for &amp;updates…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check how to sign in, in {settings}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check it with `saywrite models verify {model}` and download it again: `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check its mute switch and its input level in the sound settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check its name and folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check memory and disk, then download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that the Credential Manager service is running.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the addresses in {settings}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the addresses in {settings}; if they are right, do not use this network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the clock of this computer; in a company, ask for its certificate to be installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the computer's date and time; if they are right, ask whoever runs the service.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the disk and the permissions of this folder; nothing was changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the disk it is on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the disk that holds it; recordings are kept, and their text is made again where it is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the disk, or {elsewhere}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the disk; the recording is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the name and its permissions.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the network and try again; --wait keeps trying, --engine local needs no network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the network, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the proxy in the system's settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the token address in {settings}, or ask who runs it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the workflow in {settings}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the workflow, the language and the addresses in {settings}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a &amp;key…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a CSV or JSON file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file with a sound track.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file with one spoken and one written form in each entry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a key first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a key in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose aiOla as the recognizer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another key in the settings, or free it in the other program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another key in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another key, or free it in the other program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another microphone, or unplug it and plug it in again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another microphone. {remedy}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another name, or replace it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose one of the form {"spoken": "written"}, or a CSV file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose one of {codes}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose one of: {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose text, Markdown, JSON or CSV.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the files themselves.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the folder that holds the models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the key again in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the key again to be asked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the microphone whose bar moves when you speak.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the recognizer on this computer, or use --engine local.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose {chord}, or any key you like. Press it to start and again to stop.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose “Insert again” to replace it with the text. {where}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose “Insert again”. {where}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose “{other}” as the recognizer, then {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click the tray icon, or start Saywrite again, to open the window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close find (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close other programs and remove {folder}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model in Settings &gt; Recognition.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close other Saywrite windows and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close other Saywrite windows; instead of a network drive use --data and a folder of this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close that program, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the other Saywrite and start this one again: it keeps what can be read and begins a new history.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the program that is using it, or choose another microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Co&amp;py it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Commands from other programs are not taken: {data} cannot be written to.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparing the files with their checksums…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect to the network and try again, or copy the model's files here and name their folder in Settings &gt; Recognition (on the command line: --from FOLDER).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connected now: {there}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connected · {rtt_ms:.0f} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connects when needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue a sentence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC, or split it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied all with its translation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy &amp;diagnostics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy it again, it is one line; this system keeps {limit} characters at most.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings} or {key_variable}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy it again, whole, into {settings}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy t&amp;ranslation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy te&amp;xt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the lines for the desktop's settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the selected text, or all of it (Ctrl+Shift+C)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy to the clipboard only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy with tra&amp;nslation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copying to the clipboard only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correct a misheard word in a text, and it is suggested here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correct it in the system's settings or in HTTPS_PROXY.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correct the address in Settings &gt; Recognition.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correct the file before you edit keywords: saving keeps it under another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CSV table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CSV table (*.csv)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Damaged: its files are incomplete or were changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>De&amp;tails…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Default: {default}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Default: {label}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete &amp;all remembered corrections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Details are kept with its text there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Details of the dictation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Details of this &amp;dictation…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Diagnostics copied: no text, audio or key is in them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dictate into the program in front</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dictate something first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dictate something; recordings are kept for as long as Settings &gt; Files and privacy says.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dictation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dictation failed, start again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dictation {date}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dictations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Differences: {words}. They are marked. The dictation keeps its text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard this recording for good? Its words cannot be brought back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect at once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download ({size})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition all the same, or use another network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download it in Settings &gt; Recognition, or with `saywrite models download {model}`. What you dictate until then is recorded and becomes text when the model is there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download models from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download of the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>downloading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>downloading {share} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop sound files, videos or folders here, or choose them. They are transcribed one after the other.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ed&amp;it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit it, or move it to another place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End it first, or use --data.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End with one of {suffixes}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>English</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter an address like https://apis.aiola.ai in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Escape cancels a dictation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export as</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export into</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export its text instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export keywords</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export keywords to a CSV or JSON file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export the transcript</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export where my speech went</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Export {n} dictations into a folder</source>
        <extracomment>Singular: Export {n} dictation into a folder</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Exported to {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failures only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fewer errors, above all outside English; about four times the processor time of base.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files and privacy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files to t&amp;ranscribe…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files – Saywrite</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter keywords</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find in the transcript</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finished sentences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finishing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>finishing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finishing the last words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finishing…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First sound to first words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For another language or another recognizer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For example: xterm = type, emacs = shift+insert. Other rules: ctrl+v, ctrl+shift+v, clipboard.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free memory after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free some space on the disk that holds {place}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free some space on the disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free some space on this disk, then download the model again: it goes on where it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free some space, then stop the dictation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>French</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>German</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give your user write permission for this folder, or {elsewhere}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GNOME and KDE let a program insert when the user allows it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go back to the window where you started</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the end of the transcript (Ctrl+End)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Good everyday dictation on any computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Good: Saywrite hears you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear from here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>heard 00:00 · sent 00:00 · text 00:00</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>heard 00:00 · text 00:00</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>heard {heard}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide the unfinished dictations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>History – Saywrite</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hits of the selected keyword</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hits: not tried</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hits: {hits}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold a key, speak, let go</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold the key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold to talk, or tap to start and stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold {hotkey}, say any sentence, and let go.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold {hotkey}, say “one, two, three”, and let go:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold {key} in any program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much was recorded, and up to where it has become text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the text gets into other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I &amp;speak</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If it is not there, choose “Insert again”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If more is expected, copy the file again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If the window changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If these are missed, copy the file again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If this is off, each sentence appears when it ends, and recognition needs a tenth of the processor time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If this is on, what you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If you say “comma”, a comma is written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If your company inspects traffic, have its certificate installed in the system; otherwise do not use this network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import keywords</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import keywords from a CSV or JSON file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In every program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the desktop's keyboard settings, bind this command to a key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In use</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>in {n:,} places</source>
        <extracomment>Singular: in {n:,} place</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in {n} places</source>
        <extracomment>Singular: in {n} place</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>In {place}, switch on “Let desktop apps access your microphone”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Insert adds a keyword, F2 edits, Delete removes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Insert into the window in front</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Insert text by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Insert the last text &amp;again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inserted into {program}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Insertion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install a newer Saywrite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install and start a Secret Service, such as gnome-keyring or KWallet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) and start Saywrite again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install it (Debian, Ubuntu: libpulse0).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install it with “brew install portaudio” and start Saywrite again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install its bridge (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install Saywrite again (“pip install ctranslate2”), or choose aiOla as the recognizer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install Saywrite again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install Saywrite again: its package “sounddevice” brings the library along.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It goes on in {wait}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It goes when Saywrite is uninstalled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is downloaded again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is in the history and can be copied from there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is made again by itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is tried again; if it lasts, ask aiOla.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It may have been removed; nothing was changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It works in every program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Italian</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its log says what.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its log says why.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its page says what is new, and how to install it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its recording is kept for a few seconds. The menu of this icon offers to undo it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its text is unchanged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>JSON</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep recordings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep running when closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep Saywrite open; close what else keeps the disk busy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key to first sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys are kept in {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keyword lab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keywords</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keywords (*.csv *.json *.txt)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language of the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language of the second key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave it empty for the folder that you used last.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left and right walk through them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Less</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let go of all keys and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licenses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Line breaks in terminals</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Line {line}: {what}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lines that were not imported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Listen before the key press</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Listening</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>listening</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Listening. Speak now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loading…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loads when needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log out and in again, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest dictation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest sentence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking around…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make it writable for your user, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make it writable, or {elsewhere}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the folder {parent} writable for your user, or start with --data and another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mark words heard differently</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Match &amp;case</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Microphone level: {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Missing sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>model damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models come over https only, so that nobody can change them on the way. Write https:// before the host.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Month</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Motion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move away a little, or lower the input level in the sound settings of this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the file to another place, or start with --data and another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moved to {label} in the sound settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the saved text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name the sound files in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Native libraries and tables</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Never</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New text: go to the end of the transcript</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next (F3)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No dictations yet. What you dictate is kept here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No keyword has these letters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No keyword is in your last dictations.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No microphone found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No microphone was found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no model yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No recognizer of this version does. The language stays as it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No secure connection to {host} can be made ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No sound files are in this folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No translation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No words were recognized.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None: press to choose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Normal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not on this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is recorded on disk yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is saved yet; new sound is kept in memory.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing leaves this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing left this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing matches these filters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing measured yet. Dictate something; how long each step took is kept with its text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing new</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was dictated this month yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was dictated yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing you dictated has left this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Now recording from {device}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nowhere: nothing left this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Offline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>offline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On Wayland only the desktop hears keys, and there is no bus to ask it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On Wayland only the desktop hears keys; its portal passes on those the user allows. The display for X11 programs would hear a key only while one of them has the focus.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On, and clicks reach the window below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On, and it can be dragged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only while aiOla cannot be reached</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a browser and sign in to this network; then it goes on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a web page in the browser and sign in to the network, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>opens the settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Over 10 min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages of settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste it where you want it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste your {label} here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pasting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause between sentences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused at {done}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paused at {share} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plain &amp;text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play (Ctrl+P)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play a sound at the start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play sounds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plug in a microphone or switch it on, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plug in a speaker or headphones, or choose an output in the sound settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>preparing…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Present text: {origin}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press Start and speak</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press Start and speak.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press the keys… (Esc: leave it)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press {key} in any program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous (Shift+F3)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Private: what you say does not leave this computer. Needs no network and no account.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of the trial</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of transcribing again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of {label}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Push-to-talk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put a new one into {settings}, or check the computer's date and time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put it into Settings → aiOla, or an API key into the environment variable {key_variable}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put it into {settings}, or into {key_variable}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the file back, or start Saywrite again: it begins a new history, and recordings are kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put them into the proxy's address in the system's settings or in HTTPS_PROXY (http://name:password@host:port).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put your company's address into Settings → aiOla, or an API key into {key_variable}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put your company's address into {settings}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Python packages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit it and start it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit it and start it again: it may be an older one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raise its input level in the sound settings, or come closer to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raise its level, then transcribe it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Re&amp;move</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Received</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognition models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognize the &amp;recordings again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognized by {other} while {recognizer} was away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognized on this computer while {recognizer} was away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognizer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognizer and language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognizer and language: {words}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognizer and microphone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognizer of the second key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognizer state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognizer: {word}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognizing recording {done} of {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognizing your last dictation…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>reconnecting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>reconnecting in {left} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reconnecting, recording goes on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>reconnecting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Record or copy it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recorded time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording continues in both cases.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording goes on while the connection is being restored.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>recording, text follows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording; the connection is being restored…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recordings whose text is missing now are offered to be transcribed again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>refused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>refused, again in {left} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>refused, trying again…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>refused: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Release to text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the selected keywords (Delete)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove {folder}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove {label} from this computer?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove {path}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restart it, or log out and in again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restart Saywrite; if that does not help, install it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rules for single programs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;kip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;peed…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;top testing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;wap with “{other}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Same as the first key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Same as the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save audio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save audio…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the sound to a file first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say a sentence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say how to write “{spoken}”: the written form is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say something</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say something.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say what is heard: the spoken form is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say “k eight s”, write “Kubernetes”.

Names, products, jargon: on the left as heard, on the right as written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite (process {pid}) does not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite cannot be asked: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite hears the key, in every program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite is already running on {display}; its window is there. Quit it there first to have it here, or start it with --data and another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder ({where}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite is already running with this data folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite is not running.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite is running (process {pid}) but takes no commands.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite is under the MIT license. Its parts have licenses of their own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite itself had the focus, so the text was not inserted anywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite opens no connection to the network: it does not use aiOla and downloads no models.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite overlay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite stays here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite stays in the tray. If there is no tray, closing the window quits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite stays open as a window. On GNOME the extension AppIndicator adds a tray.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite {version} is there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite: {words}{preroll}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Se&amp;ttings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search in everything you dictated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Second key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send it again when it is complete.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sent to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sent to {program}; it does not tell whether it took the text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sent {sent}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Service address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set it to 48,000 Hz in the system's sound settings, or choose another microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set its date and time; dictation works all the same.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set the computer's date and time, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set XDG_RUNTIME_DIR to a shorter one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings &gt; Keyboard &gt; View and Customize Shortcuts &gt; Custom Shortcuts: add one with this command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shortest speech</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show &amp;window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the &amp;files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the keywords</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the unfinished dictations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the waveform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show words while you speak</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows words while you speak and writes while aiOla cannot be reached. Needs a recognition model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>shows your keywords: names and terms as you write them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sign in with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sign-in address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Signed in at {where}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Signing in failed ({name}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some sound got lost on its way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some terminals run a command at every line break.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong inside Saywrite. What you said is kept in the recording.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong while the text was being inserted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound goes to {host}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speak</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speak up, move closer, or raise the input level in the sound settings of this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speak while you hold the key, then let it go.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speak, and it is written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speak, then press it again: your words are inserted where you type.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speak, then release the key: your words are inserted where you type.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speak. Your words appear here as you say them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speak. Your words are written as soon as the model is here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speech</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speech by month and host</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speech counts for a host when any of it was sent there. Dictations that you delete stay in the sums of their month, without their text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speech threshold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed of each step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed of each step: median, 95th percentile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed – Saywrite</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spoken punctuation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start again; if it happens again, send the log (Help &gt; Copy diagnostics).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start again; if that does not help, “saywrite doctor” and the log tell more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start dictation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start Saywrite again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start Saywrite again. Recordings are kept, and their text is made again where it is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start Saywrite again: it sets the file aside, keeps what can be read of it and begins a new history. Recordings are not affected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start Saywrite again; it offers the recording. Help &gt; Copy diagnostics helps us to find the cause.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start Saywrite from the desktop, not from another session.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting, press to stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>starts and stops in this window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starts and stops without the key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stay connected for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step {number} of {steps}: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop &amp;without waiting for text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop (Ctrl+P)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop dictation, recording now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop dictation, recording now, reconnecting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop it first, then transcribe the unfinished one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop it there first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop that download first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Structured results</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Su&amp;ggestions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Su&amp;ggestions ({number})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SubRip subtitles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Subtitles need the times of the words, and this text has none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Suggest keywords from my &amp;corrections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Suggest keywords from my corrections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Suggested keywords</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch it on in the sound settings or with its mute key.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System default</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System Settings &gt; Keyboard &gt; Shortcuts &gt; Add New &gt; Command: enter this command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tap to start and stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test of the connection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text it has now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text of the dictation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text to inserted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text to show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text until {until}: {origin}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>text {confirmed}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text: {stem}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Texts of this dictation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Texts with hits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That did not work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That is silence.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That took {took} from the end of your words to the text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The access token is there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The address of the proxy cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clipboard could not be used, so the text was not inserted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The command does not come from this user.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The compositor may let every program use the clipboard and a keyboard (Sway, Hyprland).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The computer was asleep.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The computer was too busy to take all sound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection is made anew.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection to aiOla is dead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection to the X display was lost, so the text could not be put into another program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection to {host} failed ({detail}, while {doing}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection to {host} was lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The delay cannot be measured: the service does not answer pings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The delay is {max} ms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The desktop could not set up the key.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The desktop does not let Saywrite insert text into other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The desktop gave Saywrite no keyboard or no clipboard to insert text with.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The desktop has no key for {value} yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The desktop no longer tells which keys are pressed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The desktop took the key away.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The desktop was not allowed to give Saywrite a key.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The desktop {why} let Saywrite insert text into other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The desktop's portal does not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The diagnostics could not be made: {error}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The dictation goes on; the place is marked in the transcript.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The dictation stopped working because of an error in Saywrite. What was recorded is on disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The dictation was cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The dictation was cancelled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk has refused the recording for half an hour. What came before is kept in memory; what follows is not kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is full: the history cannot be written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is not keeping up: the newest sound is only in memory yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The display cannot be reached, so no key is heard.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The display has gone; no key is heard any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The download of {label} is paused at {arrived}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The fewest errors; for strong computers: eight cores or more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file about new versions cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file about new versions is not signed by Saywrite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file about new versions is too long.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file became shorter while it was sent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file cannot be read: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file could not be sent to {host} ({name}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file holds no sound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder for Saywrite's socket has too long a name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history in {path} cannot be locked: another program uses it, or its disk knows no file locks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history in {path} cannot be opened for writing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history in {path} cannot be read from or written to its disk ({error}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history in {path} cannot be used ({error}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history in {path} is damaged and in use by another Saywrite. It was left as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history in {path} is damaged. It was left as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history is closed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history is in use by another program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history was damaged and is kept as {aside}. {kept} could be read; a new history was begun with what was read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history was written by a newer version of Saywrite. It was left as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history {path} was moved or deleted while Saywrite uses it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The https address that returns an access token.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The key is kept until Saywrite is closed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The key was not pressed yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keyring did not answer as it should ({name}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keyring does not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keyring is locked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keyring is not open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keyring's question for its password was cancelled; nothing was read or saved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keys to insert the text could not be sent to {program}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keyword joins the list at the side and counts from the next words on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keywords were changed since then: try them again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keywords were changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The language of windows and messages.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The language you speak.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The last insertion was too long ago.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The last words are being written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The last {max:.0f} s have no text yet: {why}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The library that decodes sound files (PyAV) is missing or damaged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The log has more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The log never contains what you say.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The log tells more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The message above says why, and what helps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone changed to {label}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone closes after this time, even while the key is down.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone could not be opened ({name}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone could not be opened ({value}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone is being opened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone is being opened…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone offers no sample rate that Saywrite can use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone was closed when the computer went to sleep.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone was closed when the screen was locked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone was closed: the key is no longer heard.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone was closed: the longest time for a key was reached.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone was not found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone went away.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model cannot be saved: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next dictation starts faster while the connection is open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The official source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The one on this computer needs no network and no account.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The page of Saywrite answers with {status_code}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The page of Saywrite cannot be reached.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The proxy does not let Saywrite through to {host} ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The proxy does not reach {host}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The proxy is of a kind that Saywrite cannot use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The proxy wants a user name and a password.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recognition model is not on this computer yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recognition model that runs on this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recognition model {model} is damaged: it cannot be loaded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recognizer (CTranslate2) is not installed or does not load ({value}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recognizer ended before the text was complete.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recognizer is not available.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recognizer is unloaded after this time without a dictation. The next dictation loads it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recognizer on this computer carries on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recognizer on this computer could not be started.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recognizer on this computer ended or stopped answering, three times in a row.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording cannot be read back ({reason}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be opened ({reason}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording in {folder} cannot be read ({reason}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording is kept as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording is kept: transcribe it again for the text of the service.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording is not removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording is saved up to {length}; new sound is kept in memory.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording itself is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording of a dictation without its complete text stays among the unfinished ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The running Saywrite does not know this command.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The running Saywrite gave no answer that makes sense.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same, second key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Saywrite with this data folder belongs to another user.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The selected keyword is not in your last dictations.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service's address is not one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The service's address {why}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The session bus is gone, so text cannot be put into other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The socket cannot be made: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound could not be played ({name}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound could not be played.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound library cannot reach the sound server.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound library PortAudio is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound server did not open the microphone (error {value}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound server does not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound system does not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound system that has the microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system does not let Saywrite use the microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system keeps this, so its own settings show it too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system's microphone is now {label}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The test broke off; the log says why.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text is in the history and can be copied from there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text is on the clipboard, as you chose.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text is on the clipboard: paste it where you want it, or choose “Insert again”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text is written where your cursor is, in whatever program you use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text was inserted into {program}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text was sent to {program}, which does not tell whether it took it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transcript was cleared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The translation is shown beside what you said.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The trial was stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Wayland compositor cannot be reached, so text cannot be put into other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The window is closed, the program runs on. To quit, use this icon's menu; the settings can change it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The window you began in ({program}) could not be brought back, so the text was not inserted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The words of a sentence that someone says are neither narrow nor wide.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The workflow of your account that transcribes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The X display cannot be reached, so text cannot be put into other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The {what} holds characters that none has.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Then the dictation ends with what this computer heard, and a notice says so.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no dictations yet to try the keywords on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no aiOla API key yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no aiOla {what} yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no audio output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no build of the recognizer (CTranslate2) for Windows on ARM.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no display, so text cannot be put into other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no display.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no file {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no key called “{last}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no language called “{code}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no microphone called {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no model called {id}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no recorded dictation to try the model on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no session bus, so no key is heard.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no session bus, so text cannot be put into other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no such folder. Choose one that holds the model files, or leave the line empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no such method.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no text to export yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no token address yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no way to {host}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough space for the model: {needed} are needed, {free} are free.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing to remove.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is too little free memory for the recognition model {model}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There was no microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These keywords change nothing in your last dictations.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These models recognize speech on this computer. What you say does not leave it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They are kept: transcribe them from the window once aiOla answers again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They are sent again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This account has no dictation left to open at the same time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This account has no permission at {host} (while {doing}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This compositor lets no program press keys, so text cannot be put into other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer heard this; the text of {recognizer} will replace it unless you edit it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer listens along</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer writes at once, and its text stays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer's clock is {off} {where}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer's processor is too old for the recognizer: it lacks instructions that CTranslate2 needs (AVX).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This desktop hears keys itself and passes none on. Give it the key in its own settings:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This desktop lets no other program hear a key.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This desktop passes no mouse buttons such as {chord} on to other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This desktop shows no tray icon.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This dictation is in use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This dictation is not in the history.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This dictation is still being recorded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This dictation or its earlier text was deleted meanwhile.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This dictation was deleted meanwhile.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is no address. Write it as https://models.example.com/whisper.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is no command of Saywrite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is not a JSON file with keywords.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is the newest version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This keyboard has no {chord}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This month: {parts}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This recording is too long for a WAV file (37 hours).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This sounds like {name}, but {chosen} is chosen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This system does not report {key} to other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This system has no keyring to keep the key in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This text cannot safely be undone in {where}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Times</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To permit it, turn off “{switch}” in Settings &gt; Files and privacy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Today</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Token address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Token address of your company</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Too loud: the sound is distorted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>took {time}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transcribe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transcribe a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transcribe a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transcribe the file again later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transcribed files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transcribed {file}{rest}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>transcribes an audio file; you can also drop one here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transcribing again: {recognizer}, {language}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transcribing {name}, press to cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transcribing… Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Translate into</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Translation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try &amp;keywords…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again and enter the password.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again in a moment; if that does not help, end process {pid} and start Saywrite again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again later, or look at the page of Saywrite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again; the log has the details.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try it here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try keywords on your last dictations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try keywords on your last dictations…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try on my last dictation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Typing (slower, does not use the clipboard)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unchanged:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo it in the program itself, or select it there and delete it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo the &amp;cancellation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo the last &amp;insertion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undone in {program}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unlock it with its password, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unlock the login keychain in Keychain Access.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unplug the microphone and plug it in again, or restart.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Until the text is there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Until you delete them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up to 10 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Update Saywrite, or start with --data and another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use --data.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use an HTTP proxy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use Ctrl, Alt, Shift or Super.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use headphones: a microphone near a loudspeaker hears the sound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use of the key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use Settings &gt; Apps &gt; Startup instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use the same version of Saywrite for both.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use {label}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Utterance {index} of {total}, {start} to {end}. Enter plays it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verify</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Very quiet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait at the end for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait: aiOla's text replaces what this computer hears meanwhile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting, continues at {confirmed}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>WebVTT subtitles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Welcome to Saywrite</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What answers as {host} has a certificate for another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is in it now will be gone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is new</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is read aloud while you dictate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it does</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it hears before a key is kept in memory for a moment, then forgotten.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What Saywrite hears</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was inserted is unchanged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you correct in a text is remembered on this computer, as long as its dictation is in the history.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you dictated stays in the history.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you said is kept. Press the key to go on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you say shortly before the key press is written, too. The microphone then stays open between dictations; older sound is forgotten at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What's new</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When aiOla cannot be reached</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When each row was said. Ctrl+Enter in the text plays the row.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When I &amp;hear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When I say</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When the recognizer sets no punctuation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where my speech went – Saywrite</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where my speech went, by month</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where my speech went…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which texts are shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who writes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who writes what you say?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Windows does not report {chord} to other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Windows lets a program press keys in programs of the same rights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Windows refused it ({reason}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Windows tells a program of its hot keys.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With a higher value, only clear speech is written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With less motion, the overlay's level moves rarely.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without text yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without {name} all texts would have the same name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words as they come</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words it should know</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Workflow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Works without a network. What you say does not leave this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a space instead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write each one once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write it like Ctrl+Alt+Space, F9 or Right Ctrl.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the whole path of the folder, or an address that begins with https://.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>X11 gives a key to one program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>X11 lets every program use the clipboard and press keys.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You can already speak: your words are recorded, and written as soon as the model is here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You can change this at any time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You can listen again to a recording that is kept. It stays on this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You corrected these words in your texts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You went to another window before the text was there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your words appear here as you say them. Press Stop when you are done.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your words are recorded. They are written as soon as the model is here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your words are written as soon as the model is here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{added:,} added</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{again}check the addresses in {settings}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{again}check the network and the addresses in {settings}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{again}check the network connection.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{again}check the proxy in the system's settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{again}end those on other computers or in other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{again}if it lasts, ask aiOla.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{again}if it lasts, ask whoever runs your network to let WebSockets pass.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{again}if it lasts, check the addresses in {settings}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{again}if it lasts, the log tells more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{big} could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{big} could not be saved, so the text was not inserted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{cells} columns instead of 2; put quotation marks around text with a comma.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{changed:,} changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{chord} is already your other key.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{chord} is needed for writing: add Ctrl, Alt or Super.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{chord} usually {purpose}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{column}, keyword {row}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{confirmed} of {length}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{day:%A}, {day:%B} {number}, {year}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{device} (not connected)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{device} is open all the time, as you chose.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{dictations} exported to {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{dictations}, {length} in all</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{done} of {n:,} files done</source>
        <extracomment>Singular: {done} of {n:,} file done</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{download_bytes} to download · {disk_bytes} on disk · {memory_bytes} of memory · {license} license</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{file} was written by a newer version of Saywrite; what this one knows is used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{file}: {name} {problem}. Its default is used: {shown}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder} belongs to another user; commands from other programs are not taken.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder} is open to other users ({mode:03o}); commands from other programs are not taken.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder} is {kind}; commands from other programs are not taken.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{format} ({suffix})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{found:,} found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{freed} of disk space become free. It can be downloaded again at any time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{go_on} See the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{host} gives out an access token that has expired.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{host} was not contacted, because nothing may leave this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{hours} h left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{hours} h {minutes} min left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{keywords} exported to {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{key} can only be a key of its own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{key} no longer works in combinations with other keys.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{key} This is how it works in every program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} (default)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} ({size}) was not downloaded: the connection is metered.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} account…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} cannot be converted: {error}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} cannot be downloaded: its files are not verified.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} cannot be read: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} cannot be removed: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} delivered no sound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} delivers no sound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} delivers nothing but silence.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} does not know {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is being downloaded by another Saywrite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is being downloaded: {arrived}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is being prepared for this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is damaged: its files are incomplete or were changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is damaged: {damaged}. It was not used any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is muted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other} until it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is not connected. Using {other}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is not on this computer yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is not on this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is part of the installation and stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} is very quiet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} was damaged while it was converted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} was not available.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} was unplugged. Using {other}{until}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} went away.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label}: choose a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{length} at {at}: {cause}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{length} of sound is missing {where}: {cause}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{length} of sound missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{length} of sound missing: {cause}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{length} of speech stayed on this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{length} recorded, {n:,} utterances.</source>
        <extracomment>Singular: {length} recorded, {n:,} utterance.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{length} went to {host} ({bytes})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{max:.0f} s of the dictation have no text: {why}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{megabytes:,.0f} MB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{method} knows only the options engine, language and activation-token, as text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{method} takes {value}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{missing}, at {at}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{model} on this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{model} on your last dictation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{model} · on this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{month:%B %Y}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n:,} bytes</source>
        <extracomment>Singular: {n:,} byte</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations</source>
        <extracomment>Singular: {n:,} dictation</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations deleted.</source>
        <extracomment>Singular: {n:,} dictation deleted.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords</source>
        <extracomment>Singular: {n:,} keyword</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords removed.</source>
        <extracomment>Singular: {n:,} keyword removed.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} lines left out:</source>
        <extracomment>Singular: {n:,} line left out:</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more places</source>
        <extracomment>Singular: {n:,} more place</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} segments</source>
        <extracomment>Singular: {n:,} segment</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} unfinished dictations</source>
        <extracomment>Singular: {n:,} unfinished dictation</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances</source>
        <extracomment>Singular: {n:,} utterance</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances waiting for text.</source>
        <extracomment>Singular: {n:,} utterance waiting for text.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} words</source>
        <extracomment>Singular: {n:,} word</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{names} and {n} more</source>
        <extracomment>Singular: {names} and {n} more</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{name} breaks off: {length:.1f} s{of} could be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} cannot be decoded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} for transcribing again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has a header but holds no sound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} holds no keyring yet; it asks for a password when a key is saved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is damaged: nothing of it can be decoded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is damaged: {skipped_s:.1f} s of it could not be decoded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is locked; it asks for its password when the key is needed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} may not be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} – not in {label}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: recording from {device}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number:,} of {found:,}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} {unit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{n} corrections deleted; their texts stay.</source>
        <extracomment>Singular: {n} correction deleted; its text stays.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} days</source>
        <extracomment>Singular: {n} day</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} dictations have no recording: their texts were used.</source>
        <extracomment>Singular: {n} dictation has no recording: its text was used.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} hits.</source>
        <extracomment>Singular: {n} hit.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} keywords to check.</source>
        <extracomment>Singular: {n} keyword to check.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} minutes</source>
        <extracomment>Singular: {n} minute</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} of {all} dictations change.</source>
        <extracomment>Singular: {n} of {all} dictations changes.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} recordings were recognized again.</source>
        <extracomment>Singular: {n} recording was recognized again.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n} seconds</source>
        <extracomment>Singular: {n} second</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{path} cannot be changed by Saywrite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}). The defaults are used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}. There are no keywords.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be used ({reason}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is in the way of Saywrite's socket; commands from other programs are not taken.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not a history of Saywrite. It was left as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not a settings file ({error}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not a settings file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} was not saved: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}: {what} It was kept as {name} beside it, and there are no keywords. Repair that file, then import it in the keyword list.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}: {what} It was left as it is, and there are no keywords. Repair or move it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{position} of {length}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{problem} Make the file readable for your user and start Saywrite again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{problem} Make the file readable for your user.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{reason} It was kept as {name} beside it; the defaults are used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{reason} It was left as it is; the defaults are used. Repair or move it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{recognizer} for {segments}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{recognizer}: {languages}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{remedy} Or put an API key into {key_variable}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{remedy} Then download the model again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{rest} in {places}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{seconds:.2f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{seconds:g} seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{sent} sent to {host}, {received} received</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{setting} (not connected)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{slow} could not be saved, so it was left alone and the text typed into {program}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{slow} could not be saved, so the text was not inserted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{start} did not read the text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{target} already exists.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{then:%b} {day}, {then:%H:%M}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{then:%b} {day}, {year}, {then:%H:%M}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{time:.0f} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{time} · at {start}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{unknown} is not known. Use {{name}}, {{date}} or {{language}}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{value} percent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{variable} is set in the environment and wins: {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{variable} is set in the environment: that key is used, whatever is saved here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{words:,} of {n:,} words</source>
        <extracomment>Singular: {words:,} of {n:,} word</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{words} in {segments}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{words}, {failed} failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{words}, {time} left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{{name}} is the name of the sound file, {{date}} is today, {{language}} the language. The ending chooses the format: {suffixes}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“Default” is the one chosen in the system's settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“saywrite doctor” tells more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{file}” was not transcribed. {what}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” could not be read: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” exists already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” exists already. Replace it?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” in “{text}” is not a modifier.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” is a folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” is empty (0 bytes).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” is not a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” is too large for a list of keywords.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” is very quiet: no speech was found in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” was not exported: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” was not written: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{spoken}” has no written form.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{spoken}” is in none of these dictations.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{spoken}” is in {some} of {all} dictations: check that it always means this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{spoken}” is listed again further down: that one counts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{spoken}” is listed again in line {line}: that one counts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{spoken}” is not suggested again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{spoken}” is ordinary speech: it would be replaced everywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{spoken}” is written “{written}” from now on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>“{spoken}” → “{written}” (corrected {n} times)</source>
        <extracomment>Singular: “{spoken}” → “{written}” (corrected once)</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>… {start} waiting for text, {length}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>… {utterances} since {first} waiting for text, {spoken}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>● Saywrite</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
