# Completion of phonond(1) for fish. Commands and options are what `phonond --help` and `phonond COMMAND --help` say.

function __phonond_program
    set -l words (commandline -opc)
    echo $words[1]
end

function __phonond_command
    set -l words (commandline -opc)
    test (count $words) -ge 2; and echo $words[2]
end

function __phonond_commands
    set -l program (__phonond_program)
    $program --help 2>/dev/null | string match -r '^  [a-z]+  +[a-z].*' | string replace -r '^  ([a-z]+)  +(.*)' '$1\t$2'
end

function __phonond_options
    set -l help --help
    test (__phonond_command) = serve; and set help --help-all
    set -l program (__phonond_program)
    $program (__phonond_command) $help 2>/dev/null | string match -ra -- '--[a-z][a-z-]*' | sort -u
end

function __phonond_is_first
    test (count (commandline -opc)) -eq 1
end

complete -c phonond -n __phonond_is_first -f -a '(__phonond_commands)'
complete -c phonond -n 'not __phonond_is_first; and string match -q -- "-*" (commandline -ct)' -f -a '(__phonond_options)'
complete -c phonond -n 'test "$(__phonond_command)" = keys' -f -a 'create list revoke rotate'
complete -c phonond -l format -x -a 'wav flac vorbis opus'
complete -c phonond -l subtype -x -a 'pcm_16 pcm_24 float_32'
complete -c phonond -l normalize -x -a 'none peak loudness'
complete -c phonond -l io -x -a 'auto uring pwrite'
complete -c phonond -l show -x -a 'waveform spectrogram events'
complete -c phonond -l dump -x -a 'tokens ast graph plan'
complete -c phonond -l scopes -x -a 'read render admin'
complete -c phonond -l log-format -x -a 'auto json text'
complete -c phonond -l log-level -x -a 'debug info warn error'
