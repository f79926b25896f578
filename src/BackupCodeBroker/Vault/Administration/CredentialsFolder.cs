using System.Text;

namespace BackupCodeBroker.Vault.Administration;

/// <summary>
/// The folder that <c>bcb server --credentials</c> reads: <c>role-id</c> and <c>secret-id</c>, each one line for its owner alone.
/// A file is replaced by renaming over it, so a broker that starts meanwhile reads the old one or the new one, never half of one.
/// </summary>
internal sealed class CredentialsFolder(string path)
{
    private const string RoleIdName = "role-id";
    private const string SecretIdName = "secret-id";
    private const int MaxFileBytes = 4096;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The role-id that the folder holds, or null.</summary>
    public string? RoleId() => Read(RoleIdName);

    /// <summary>The secret-id that the folder holds, or null where there is none or the file holds something else.</summary>
    public VaultSecretId? SecretId() => VaultSecretId.TryParse(Read(SecretIdName), out _);

    /// <summary>Writes the role-id.</summary>
    public void Write(string roleId) => Replace(RoleIdName, roleId);

    /// <summary>Writes the secret-id.</summary>
    public void Write(VaultSecretId secretId) => Replace(SecretIdName, secretId.Reveal());

    /// <summary>Whether others than the owner may touch the secret-id's file.</summary>
    public bool IsSecretIdOpenToOthers() =>
        !OperatingSystem.IsWindows()
        && File.Exists(PathOf(SecretIdName))
        && (File.GetUnixFileMode(PathOf(SecretIdName)) & ~OwnerOnly) != UnixFileMode.None;

    /// <summary>Shuts the others out.</summary>
    public void CloseSecretId()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(PathOf(SecretIdName), OwnerOnly);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => path;

    private string PathOf(string name) => Path.Combine(path, name);

    private string? Read(string name)
    {
        var file = new FileInfo(PathOf(name));
        return file.Exists && file.Length <= MaxFileBytes ? File.ReadAllText(file.FullName).Trim() : null;
    }

    private void Replace(string name, string text)
    {
        MakeFolder();
        var unfinished = PathOf($".{name}.{Guid.NewGuid():N}");
        try
        {
            WriteNew(unfinished, text);
            File.Move(unfinished, PathOf(name), overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private void MakeFolder()
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    private static void WriteNew(string file, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var stream = new FileStream(file, options);
        stream.Write(Encoding.ASCII.GetBytes(text + "\n"));
        stream.Flush(flushToDisk: true);
    }
}
