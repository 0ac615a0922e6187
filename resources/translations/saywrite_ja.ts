<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja_JP" sourcelanguage="en_US">
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
        <source>&amp;Back</source>
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
        <source>&lt; −60 dBFS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;/qt&gt;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;qt&gt;</source>
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
        <source>A longer sentence is written in parts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A name cannot contain \ / : * ? " &lt; &gt; or |.</source>
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
        <source>A text that follows another one begins with a space, until you press a key or click.</source>
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
        <source>Advanced</source>
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
        <source>aiOla writes while it can be reached; this computer takes over while it cannot. Needs an API key.</source>
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
        <source>Another window had the keyboard when you started.</source>
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
        <source>Asking for a newer version…</source>
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
        <source>Began</source>
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
        <source>Change it only if your company has its own service.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change it only if your company has its own sign-in service.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check for &amp;updates…</source>
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
        <source>Choose another file.</source>
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
        <source>Choose one of {codes}.</source>
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
        <source>Choose the microphone whose bar moves when you speak.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose “{others}” as the recognizer, then {name}.</source>
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
        <source>Comparing the files with their checksums…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connected</source>
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
        <source>Copy this text</source>
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
        <source>End with one of {suffixes}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>English</source>
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
    <message numerus="yes">
        <source>Export {n} dictations into a folder</source>
        <extracomment>Singular: Export {n} dictation into a folder</extracomment>
        <translation type="unfinished">
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
        <source>French</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>German</source>
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
        <source>History – Saywrite</source>
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
        <source>If the window changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If this is off, each sentence appears when it ends, and recognition needs a tenth of the processor time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If you say “comma”, a comma is written.</source>
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
        <source>In use</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>in {n:,} places</source>
        <extracomment>Singular: in {n:,} place</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in {n} places</source>
        <extracomment>Singular: in {n} place</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
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
        <source>It works in every program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Italian</source>
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
        <source>Motion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move away a little, or lower the input level in the sound settings of this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the saved text</source>
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
        <source>Nothing leaves this computer</source>
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
        <source>Python packages</source>
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
        <source>Recognition</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognition models</source>
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
        <source>Remove {label} from this computer?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove…</source>
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
        <source>Saywrite hears the key, in every program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite is under the MIT license. Its parts have licenses of their own.</source>
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
        <source>selectAll</source>
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
        <source>Settings</source>
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
        <source>Some terminals run a command at every line break.</source>
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
        <source>Start Saywrite again; it offers the recording. Help &gt; Copy diagnostics helps us to find the cause.</source>
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
        <source>Stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Structured results</source>
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
        <source>System default</source>
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
        <source>The download of {label} is paused at {arrived}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The https address that returns an access token.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The key was not pressed yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keyring is not open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keyword joins the list at the side and counts from the next words on.</source>
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
        <source>The last words are being written.</source>
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
        <source>The message above says why, and what helps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone closes after this time, even while the key is down.</source>
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
        <source>The recognition model that runs on this computer.</source>
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
        <source>The recording of a dictation without its complete text stays among the unfinished ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same, second key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound system that has the microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system keeps this, so its own settings show it too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The test broke off; the log says why.</source>
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
        <source>The transcript was cleared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The translation is shown beside what you said.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The window is closed, the program runs on. To quit, use this icon's menu; the settings can change it.</source>
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
        <source>Then the dictation ends with what this computer heard, and a notice says so.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no language called “{code}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no such folder. Choose one that holds the model files, or leave the line empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no text to export yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These models recognize speech on this computer. What you say does not leave it.</source>
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
        <source>This desktop hears keys itself and passes none on. Give it the key in its own settings:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This desktop shows no tray icon.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This dictation is not in the history.</source>
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
        <source>This is the newest version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Times</source>
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
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try it here</source>
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
        <source>Undo</source>
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
        <source>Use headphones: a microphone near a loudspeaker hears the sound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use of the key</source>
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
        <source>What you dictated stays in the history.</source>
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
        <source>Write the whole path of the folder, or an address that begins with https://.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing…</source>
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
        <source>{changed:,} changed</source>
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
        <source>{dbfs:.0f} dBFS</source>
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
        <source>{key} This is how it works in every program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} (default)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} account…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{label} does not know {name}.</source>
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
        <source>{label} is not on this computer yet.</source>
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
    <message numerus="yes">
        <source>{length} recorded, {n:,} utterances.</source>
        <extracomment>Singular: {length} recorded, {n:,} utterance.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{megabytes:,.0f} MB</source>
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
        <source>{model_label} · on this computer</source>
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
    <message numerus="yes">
        <source>{n:,} bytes</source>
        <extracomment>Singular: {n:,} byte</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations</source>
        <extracomment>Singular: {n:,} dictation</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} dictations deleted.</source>
        <extracomment>Singular: {n:,} dictation deleted.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords</source>
        <extracomment>Singular: {n:,} keyword</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} keywords removed.</source>
        <extracomment>Singular: {n:,} keyword removed.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} lines left out:</source>
        <extracomment>Singular: {n:,} line left out:</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} more places</source>
        <extracomment>Singular: {n:,} more place</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} segments</source>
        <extracomment>Singular: {n:,} segment</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} unfinished dictations</source>
        <extracomment>Singular: {n:,} unfinished dictation</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances</source>
        <extracomment>Singular: {n:,} utterance</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} utterances waiting for text.</source>
        <extracomment>Singular: {n:,} utterance waiting for text.</extracomment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{n:,} words</source>
        <extracomment>Singular: {n:,} word</extracomment>
        <translation type="unfinished">
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
        </translation>
    </message>
    <message>
        <source>{name} for transcribing again</source>
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
        <source>{number} second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} {unit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{position} of {length}</source>
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
        <source>{rest} in {places}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{rstrip} the {label}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{seconds:.2f} s</source>
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
        <source>{setting} (not connected)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{text} the unfinished dictations</source>
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
        </translation>
    </message>
    <message>
        <source>{words} differ; the differences are marked. The dictation keeps its text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{words} differs; the differences are marked. The dictation keeps its text.</source>
        <translation type="unfinished"></translation>
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
        <source>– dBFS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“Default” is the one chosen in the system's settings.</source>
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
        <source>“{spoken}” is listed again further down: that one counts.</source>
        <translation type="unfinished"></translation>
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
