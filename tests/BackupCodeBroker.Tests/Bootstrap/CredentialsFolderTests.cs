using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;
using Xunit;

namespace BackupCodeBroker.Tests.Bootstrap;

public sealed class CredentialsFolderTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _parent = Directory.CreateTempSubdirectory("bcb-credentials-").FullName;

    private string Folder => Path.Combine(_parent, "new");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void An_absent_folder_holds_nothing()
    {
        var folder = new CredentialsFolder(Folder);

        Assert.Null(folder.RoleId());
        Assert.Null(folder.SecretId());
        Assert.False(folder.IsSecretIdOpenToOthers());
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public void Files_are_for_their_owner_alone_and_nothing_else_is_left()
    {
        var folder = new CredentialsFolder(Folder);
        folder.Write("role-1");
        folder.Write(Secret("secret-1"));
        folder.Write(Secret("secret-2"));

        Assert.Equal("role-1", folder.RoleId());
        Assert.Equal("secret-2\n", File.ReadAllText(Path.Combine(Folder, "secret-id")));
        Assert.Equal(["role-id", "secret-id"], Directory.GetFiles(Folder).Select(Path.GetFileName).Order());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(Folder, "role-id")));
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(Folder, "secret-id")));
            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        }
    }

    [Fact]
    public void A_file_that_others_may_read_is_noticed_and_closed()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = new CredentialsFolder(Folder);
        folder.Write(Secret("secret-1"));
        File.SetUnixFileMode(Path.Combine(Folder, "secret-id"), OwnerOnly | UnixFileMode.OtherRead);

        Assert.True(folder.IsSecretIdOpenToOthers());
        folder.CloseSecretId();
        Assert.False(folder.IsSecretIdOpenToOthers());
    }

    [Fact]
    public void Something_else_in_the_file_is_no_secret_id()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "secret-id"), "two words\n");

        Assert.Null(new CredentialsFolder(Folder).SecretId());
    }

    private static VaultSecretId Secret(string text) => VaultSecretId.TryParse(text, out _)!;
}
