// In the resource group of one cluster: what the app may do there.
@description('Principal id of the identity of the app.')
param principalId string
@description('The role of `role.bicep`.')
param roleId string

resource duty 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, principalId, roleId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleId
  }
}
