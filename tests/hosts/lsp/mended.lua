-- A configuration that cannot be used is mended, while another buffer is left alone.
local common = dofile(vim.env.COMMON)
local wait, codes = common.wait, common.codes

vim.cmd('edit app.py')
vim.bo.filetype = 'python'
local app = vim.api.nvim_get_current_buf()
common.start()
vim.cmd('split relint.toml')
vim.bo.filetype = 'toml'
local configuration = vim.api.nvim_get_current_buf()
common.start()
wait('something is wrong with the configuration', function() return codes(configuration) == 'configuration' end)
if codes(app) ~= '' then common.fail('findings under a configuration that cannot be used: ' .. codes(app)) end

vim.api.nvim_buf_set_lines(configuration, 0, -1, false, { "ignore = ['REL101']" })
vim.cmd('write')
wait('mended', function() return codes(configuration) == '' and codes(app) == 'REL102 REL301' end)

vim.api.nvim_buf_set_lines(configuration, 0, -1, false, { "ignor = ['REL101']" })
vim.cmd('write')
wait('broken again', function() return codes(configuration) == 'configuration' and codes(app) == '' end)

vim.api.nvim_buf_set_lines(configuration, 0, -1, false, {})
vim.cmd('write')
wait('emptied', function() return codes(configuration) == '' and codes(app) == 'REL101 REL102 REL301' end)
print('done')
vim.cmd('qall!')
