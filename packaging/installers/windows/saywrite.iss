; Inno Setup: installs the frozen folder for the user alone, without an administrator. Not run on Windows yet.
; `dev.py package --windows` compiles it and gives the version as /DVersion.

#ifndef Version
  #error Compile this with /DVersion=x.y.z
#endif

[Setup]
AppId={{7D0B1C3E-5C1B-4D5A-9E55-3B7C0F0B6A11}
AppName=Saywrite
AppVersion={#Version}
AppPublisher=The Saywrite project
AppPublisherURL=https://github.com/saywrite/saywrite
DefaultDirName={localappdata}\Programs\Saywrite
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
OutputDir=..\..\..\dist
OutputBaseFilename=saywrite-{#Version}-setup
SetupIconFile=..\..\..\build\icons\saywrite.ico
UninstallDisplayIcon={app}\saywrite-window.exe
LicenseFile=..\..\..\LICENSE
Compression=lzma2/max
SolidCompression=yes
CloseApplications=yes
WizardStyle=modern
#ifdef Sign
SignTool={#Sign}
SignedUninstaller=yes
#endif

[Tasks]
Name: desktopicon; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: autostart; Description: "Start Saywrite when I sign in"; Flags: unchecked
Name: path; Description: "Find the command `saywrite` in terminals (adds the folder to PATH)"; Flags: unchecked

[Files]
Source: "..\..\..\build\frozen\saywrite\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[InstallDelete]
; files of an older version must not be found by the new one
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{autoprograms}\Saywrite"; Filename: "{app}\saywrite-window.exe"; AppUserModelID: "io.github.saywrite.Saywrite"
Name: "{autodesktop}\Saywrite"; Filename: "{app}\saywrite-window.exe"; Tasks: desktopicon

[Registry]
; the same value that Settings > General > Start with the session writes (desktop/autostart.py)
Root: HKCU; Subkey: "Software\Microsoft\Windows\CurrentVersion\Run"; ValueType: string; ValueName: "Saywrite"; \
  ValueData: """{app}\saywrite-window.exe"""; Tasks: autostart
Root: HKCU; Subkey: "Software\Microsoft\Windows\CurrentVersion\Run"; ValueType: none; ValueName: "Saywrite"; \
  Flags: uninsdeletevalue dontcreatekey
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; \
  Check: NotOnPath

[Run]
Filename: "{app}\saywrite-window.exe"; Description: "{cm:LaunchProgram,Saywrite}"; Flags: nowait postinstall skipifsilent

[UninstallRun]
Filename: "{app}\saywrite.exe"; Parameters: "quit"; Flags: runhidden; RunOnceId: "Quit"

[Code]
function NotOnPath: Boolean;
var
  Path: string;
begin
  if not RegQueryStringValue(HKEY_CURRENT_USER, 'Environment', 'Path', Path) then
    Path := '';
  Result := Pos(';' + Uppercase(ExpandConstant('{app}')) + ';', ';' + Uppercase(Path) + ';') = 0;
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Path, Folder: string;
  At: Integer;
begin
  if (Step <> usPostUninstall) or not RegQueryStringValue(HKEY_CURRENT_USER, 'Environment', 'Path', Path) then
    exit;
  Folder := ';' + ExpandConstant('{app}');
  At := Pos(Uppercase(Folder), Uppercase(Path));
  if At > 0 then
  begin
    Delete(Path, At, Length(Folder));
    RegWriteExpandStringValue(HKEY_CURRENT_USER, 'Environment', 'Path', Path);
  end;
end;
