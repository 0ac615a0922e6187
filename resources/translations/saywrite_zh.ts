<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>Saywrite</name>
    <message>
        <source>A dotted underline marks words that this computer heard differently. Alt+W swaps them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A folder or an https address with the model files. Leave it empty for the official source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A longer sentence is written in parts.</source>
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
        <source>Access token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>aiOla</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Always</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>API key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As long as it takes</source>
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
        <source>Click the tray icon, or start Saywrite again, to open the window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue a sentence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy to the clipboard only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copying to the clipboard only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dictation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect at once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download models from</source>
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
        <source>Failures only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files and privacy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finished sentences</source>
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
        <source>Go back to the window where you started</source>
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
        <source>How the text gets into other programs.</source>
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
        <source>Insert into the window in front</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Insert text by</source>
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
        <source>Less</source>
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
        <source>Listen before the key press</source>
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
        <source>Mark words heard differently</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Motion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Never</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No translation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Normal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing leaves this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
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
        <source>Only while aiOla cannot be reached</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pasting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause between sentences</source>
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
        <source>Problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Push-to-talk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognizer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognizer of the second key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording continues in both cases.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rules for single programs</source>
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
        <source>Saywrite opens no connection to the network: it does not use aiOla and downloads no models.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saywrite stays in the tray. If there is no tray, closing the window quits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Second key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Service address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shortest speech</source>
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
        <source>Sound system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speech threshold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spoken punctuation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stay connected for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tap to start and stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The https address that returns an access token.</source>
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
        <source>The log never contains what you say.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone closes after this time, even while the key is down.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next dictation starts faster while the connection is open.</source>
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
        <source>The recognizer is unloaded after this time without a dictation. The next dictation loads it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound system that has the microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The translation is shown beside what you said.</source>
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
        <source>This computer listens along</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer writes at once, and its text stays</source>
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
        <source>Translate into</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Typing (slower, does not use the clipboard)</source>
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
        <source>Use headphones: a microphone near a loudspeaker hears the sound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use of the key</source>
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
        <source>What is read aloud while you dictate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you say shortly before the key press is written, too. The microphone then stays open between dictations; older sound is forgotten at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When aiOla cannot be reached</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When the recognizer sets no punctuation</source>
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
        <source>Words as they come</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Workflow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a space instead</source>
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
        <source>“Default” is the one chosen in the system's settings.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
