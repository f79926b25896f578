using System.Text.Json;
using BackupCodeBroker.Vault.Administration;
using Xunit;

namespace BackupCodeBroker.Tests.Bootstrap;

public sealed class AdminFieldsTests
{
    private static readonly AdminFields Role = BrokerForms.ChildRole("bcb-identity", "bcb.*");

    /// <summary>What Vault 1.8 gives back for the role that bootstrap writes.</summary>
    private const string AsWritten =
        """{"allowed_entity_aliases":["bcb.*"],"allowed_policies":["bcb-identity"],"disallowed_policies":[],"explicit_max_ttl":0,"name":"bcb-identity","orphan":false,"path_suffix":"","period":0,"renewable":false,"token_explicit_max_ttl":60,"token_period":0,"token_type":"default-batch"}""";

    [Fact]
    public void A_role_as_written_has_no_differences() => Assert.Empty(Role.DifferencesFrom(From(AsWritten)));

    [Theory]
    [InlineData("\"orphan\":false", "\"orphan\":true", "orphan is true, not false")]
    [InlineData("[\"bcb-identity\"]", "[\"bcb-identity\",\"root\"]", "allowed_policies is [\"bcb-identity\",\"root\"], not [\"bcb-identity\"]")]
    [InlineData("\"name\"", "\"allowed_policies_glob\":[\"*\"],\"name\"", "allowed_policies_glob is [\"*\"], not []")]
    [InlineData("\"token_explicit_max_ttl\":60,", "", "token_explicit_max_ttl is not there, not 60")]
    [InlineData("\"renewable\":false", "\"renewable\":null", null)]
    [InlineData("\"name\"", "\"token_bound_cidrs\":[\"10.0.0.0/8\"],\"name\"", null)]
    public void A_difference_is_said_field_by_field(string was, string becomes, string? difference) => Assert.Equal(
        difference is null ? [] : [difference],
        Role.DifferencesFrom(From(AsWritten.Replace(was, becomes, StringComparison.Ordinal))));

    [Fact]
    public void The_order_in_a_list_is_no_difference() => Assert.Empty(
        AdminFields.Of(("l", new[] { "a", "b" })).DifferencesFrom(From("""{"l":["b","a"]}""")));

    private static AdminFields From(string json)
    {
        using var document = JsonDocument.Parse(json);
        return AdminFields.From(document.RootElement);
    }
}
